import { lineLimit } from "@fcrt/core/protocol";

/** Is told of a line without its line feed, at most `lineLimit` bytes of it, and how many bytes it has in all. */
export type LineListener = (text: string, bytes: number) => void;

/** Cuts a stream into lines. Memory stays bounded, however long a line is. */
export class LineSplitter {
  readonly #onLine: LineListener;
  #kept: Buffer[] = [];
  #keptBytes = 0;
  #bytes = 0;

  constructor(onLine: LineListener) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      this.#add(chunk.subarray(start, end));
      this.#emit();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  /** What came after the last line feed is a line too. */
  end(): void {
    if (this.#bytes > 0) this.#emit();
  }

  #add(part: Buffer): void {
    this.#bytes += part.length;
    const room = lineLimit - this.#keptBytes;
    if (room <= 0 || part.length === 0) return;
    const kept = part.subarray(0, room);
    this.#kept.push(kept);
    this.#keptBytes += kept.length;
  }

  #emit(): void {
    const [only] = this.#kept;
    const bytes = this.#kept.length === 1 && only ? only : Buffer.concat(this.#kept);
    const whole = this.#bytes;
    this.#kept = [];
    this.#keptBytes = 0;
    this.#bytes = 0;
    this.#onLine(bytes.toString(), whole);
  }
}

const lineFeed = 0x0a;
