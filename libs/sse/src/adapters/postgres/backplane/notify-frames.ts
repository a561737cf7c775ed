/** PostgreSQL refuses a payload of 8,000 bytes; this leaves room for the header of a frame. */
const MAX_PART_BYTES = 7_400;
/** Limit of the frames of one text. We never send more, so a frame that claims more is foreign. */
const MAX_FRAMES = 512;
const MAX_SENDERS = 256;

/** Splits a text into NOTIFY payloads: `<sender>:<number>:<index>:<count>:<part>`. */
export function toFrames(sender: string, number: number, text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const parts: string[] = [];
  for (let from = 0; from < bytes.length;) {
    let to = Math.min(from + MAX_PART_BYTES, bytes.length);
    // Never split the bytes of one character.
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    parts.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return parts.map((part, index) => `${sender}:${number}:${index}:${parts.length}:${part}`);
}

/**
 * Reassembles the frames of each sender. The frames of one text are sent in one transaction, so they arrive consecutively; a
 * text with a missing frame is dropped. It keeps at most one unfinished text per sender.
 */
export class FrameAssembler {
  readonly #unfinished = new Map<string, { readonly number: string; readonly parts: string[] }>();

  /** @returns the text when this was its last frame, otherwise null. Never throws, whatever arrives. */
  accept(frame: string): string | null {
    const header = /^([A-Za-z0-9_-]{1,64}):(\d{1,16}):(\d{1,3}):(\d{1,3}):/.exec(frame);
    if (!header) return null;
    const [all, sender = '', number = '', index = '', count = ''] = header;
    const part = frame.slice(all.length);
    if (count === '1') return part;
    if (Number(count) > MAX_FRAMES) return null;
    if (index === '0') {
      this.#unfinished.delete(sender);
      this.#unfinished.set(sender, { number, parts: [part] });
      const [oldest] = this.#unfinished.keys();
      if (this.#unfinished.size > MAX_SENDERS && oldest !== undefined) this.#unfinished.delete(oldest);
      return null;
    }
    const open = this.#unfinished.get(sender);
    if (!open || open.number !== number || open.parts.length !== Number(index)) {
      this.#unfinished.delete(sender);
      return null;
    }
    open.parts.push(part);
    if (open.parts.length < Number(count)) return null;
    this.#unfinished.delete(sender);
    return open.parts.join('');
  }
}
