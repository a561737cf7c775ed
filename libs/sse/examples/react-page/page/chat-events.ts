/** The events of this application: the server publishes by this map, the page reads by it. */
export interface ChatEvents {
  readonly remark: { readonly from: string; readonly text: string };
}
