/** PostgreSQL refuses a NOTIFY of 8,000 bytes; this leaves room for the head of a frame. */
const MAX_PART_BYTES = 7_400;
/** Frames of one text; more is not sent by us, so it is somebody else's noise. */
const MAX_FRAMES = 512;
const MAX_SENDERS = 256;

/** Splits a text into payloads of NOTIFY: `<sender>:<number>:<index>:<count>:<part>`. */
export function toFrames(sender: string, number: number, text: string): string[] {
  const bytes = Buffer.from(text, 'utf8');
  const parts: string[] = [];
  for (let from = 0; from < bytes.length;) {
    let to = Math.min(from + MAX_PART_BYTES, bytes.length);
    // Never between the bytes of one character.
    while (to < bytes.length && ((bytes[to] ?? 0) & 0xc0) === 0x80) to -= 1;
    parts.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return parts.map((part, index) => `${sender}:${number}:${index}:${parts.length}:${part}`);
}

/**
 * Puts the frames of each sender together again. The frames of one text leave in one transaction, so they arrive in a row; a
 * text with a frame missing is dropped. Keeps at most one unfinished text per sender.
 */
export class FrameAssembler {
  readonly #unfinished = new Map<string, { readonly number: string; readonly parts: string[] }>();

  /** @returns the text when this frame was its last, or null. Never throws, whatever arrives. */
  accept(frame: string): string | null {
    const head = /^([A-Za-z0-9_-]{1,64}):(\d{1,16}):(\d{1,3}):(\d{1,3}):/.exec(frame);
    if (!head) return null;
    const [all, sender = '', number = '', index = '', count = ''] = head;
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
