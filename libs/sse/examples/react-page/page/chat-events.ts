/** The events of this application. Server and page share this map. */
export interface ChatEvents {
  readonly remark: { readonly from: string; readonly text: string };
}
