import { parseLine, parseMarker } from "@fcrt/core/protocol";

/** How it is known to which invocation a line belongs; `only`: no other invocation was running. */
export type Attribution = "marker" | "line" | "mention" | "only";

/** One line that a program has written. */
export interface LogLine {
  readonly source: "stdout" | "stderr";
  /** Without its line feed; of a line over the platform's limit for an entry the beginning. */
  readonly text: string;
  /** The length of the whole line. */
  readonly bytes: number;
  readonly requestId: string | undefined;
  readonly attribution: Attribution | undefined;
  /** Whether it was written when the response of its invocation had ended. */
  readonly late: boolean;
}

/** What a function has written, each line with the invocation that it belongs to. The oldest lines make room for new ones. */
export class Log {
  #lines: LogLine[] = [];
  #bytes = 0;
  #dropped = 0;
  readonly #open = new Set<string>();
  readonly #closed = new Set<string>();
  readonly #listeners = new Set<(line: LogLine) => void>();

  /** All that is kept, in the order in which it was read. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** How many lines had to make room. */
  get dropped(): number {
    return this.#dropped;
  }

  /** How many lines have been read, those that had to make room included. */
  get position(): number {
    return this.#dropped + this.#lines.length;
  }

  /** What has been read since then. */
  since(position: number): readonly LogLine[] {
    return this.#lines.slice(Math.max(0, position - this.#dropped));
  }

  of(requestId: string): readonly LogLine[] {
    return this.#lines.filter((line) => line.requestId === requestId);
  }

  /** From now on lines may belong to this invocation. */
  open(requestId: string): void {
    this.#closed.delete(requestId);
    this.#open.add(requestId);
  }

  /** What comes from now on of this invocation is late. */
  close(requestId: string): void {
    this.#open.delete(requestId);
    this.#closed.add(requestId);
    const [oldest] = this.#closed;
    if (this.#closed.size > rememberedInvocations && oldest) this.#closed.delete(oldest);
  }

  add(source: LogLine["source"], text: string, bytes: number): void {
    const { requestId, attribution } = this.#attribute(text);
    const late = requestId !== undefined && !this.#open.has(requestId);
    const line: LogLine = { source, text, bytes, requestId, attribution, late };
    this.#lines.push(line);
    this.#bytes += text.length + lineOverhead;
    if (this.#bytes > keptBytes) this.#makeRoom();
    for (const listener of this.#listeners) listener(line);
  }

  /** Is told of each further line, until the function that it returns is called. */
  onLine(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Waits for a line, those that are there included; `undefined` when there is none within `patience` milliseconds. */
  async find(matches: (line: LogLine) => boolean, patience: number): Promise<LogLine | undefined> {
    const found = this.#lines.find(matches);
    if (found) return found;
    return new Promise((resolve) => {
      const end = (line: LogLine | undefined): void => {
        clearTimeout(timer);
        stop();
        resolve(line);
      };
      const timer = setTimeout(end, patience, undefined);
      const stop = this.onLine((line) => {
        if (matches(line)) end(line);
      });
    });
  }

  #attribute(text: string): {
    requestId: string | undefined;
    attribution: Attribution | undefined;
  } {
    const marked = parseMarker(text)?.requestId;
    if (this.#knows(marked)) return { requestId: marked, attribution: "marker" };
    const prefixed = parseLine(text)?.requestId;
    if (this.#knows(prefixed)) return { requestId: prefixed, attribution: "line" };
    for (const requestId of [...this.#open, ...this.#closed]) {
      if (text.includes(requestId)) return { requestId, attribution: "mention" };
    }
    const [only] = this.#open;
    return this.#open.size === 1
      ? { requestId: only, attribution: "only" }
      : { requestId: undefined, attribution: undefined };
  }

  #knows(requestId: string | undefined): requestId is string {
    return requestId !== undefined && (this.#open.has(requestId) || this.#closed.has(requestId));
  }

  // A quarter at a time, so that a line costs the same however many there are.
  #makeRoom(): void {
    const gone = this.#lines.splice(0, Math.ceil(this.#lines.length / 4));
    for (const { text } of gone) this.#bytes -= text.length + lineOverhead;
    this.#dropped += gone.length;
  }
}

const keptBytes = 8 * 1024 * 1024;
// An object and its place in a list take memory too: a line of one byte must not come for free.
const lineOverhead = 100;
const rememberedInvocations = 64;
