import type { AttributeValue, Attributes } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { Complaints } from "./complaints.ts";
import { ExportError } from "./exporters/exporter.ts";
import type { EndedSpan, Exporter, LocalExporter, RemoteExporter } from "./exporters/exporter.ts";

interface Waiting extends EndedSpan {
  /** About how many bytes it takes. */
  readonly size: number;
}

const mostSpans = 2048;
const mostBytes = 8 * 1024 * 1024;
const spansAhead = 512;
const mostTurns = 8;
const batchBytes = 2 * 1024 * 1024;

/**
 * The spans that are on their way out, exported in groups: while one export is in flight, all others gather for the
 * next. What could not be delivered is kept, the oldest dropped first.
 */
export class SpanQueue {
  readonly #exporter: Exporter;
  readonly #complaints = new Complaints();
  #waiting: Waiting[] = [];
  #bytes = 0;
  #inFlight = 0;
  #isExporting = false;
  #current: Promise<boolean | undefined> = Promise.resolve(undefined);
  #following: Promise<boolean | undefined> | undefined;
  #notBefore = 0;

  constructor(exporter: Exporter) {
    this.#exporter = exporter;
  }

  add(ended: EndedSpan): void {
    const size = sizeOf(ended.span);
    this.#waiting.push({ span: ended.span, origin: ended.origin, size });
    this.#bytes += size;
    this.#dropOldest();
    if (this.#waiting.length % spansAhead === 0 && !this.#isExporting) void this.flush();
  }

  /**
   * Settles when all that was added before is exported (`true`) or was tried in vain (`false`), at once when there is
   * nothing (`undefined`); never rejects. All that wait for the same export share one promise.
   */
  flush(): Promise<boolean | undefined> {
    const exporter = this.#exporter;
    if ("write" in exporter) return Promise.resolve(this.#write(exporter));
    if (!this.#isExporting) return (this.#current = this.#exportGroup(exporter));
    if (this.#waiting.length === 0) return this.#current;
    this.#following ??= this.#current.then(async () => {
      this.#following = undefined;
      return this.flush();
    });
    return this.#following;
  }

  /** Says what is lost if the process ends now, and lets the exporter finish. */
  async close(): Promise<void> {
    const left = this.#waiting.length + this.#inFlight;
    if (left > 0) this.#complaints.left(left);
    this.#complaints.close();
    if ("finish" in this.#exporter) await this.#exporter.finish?.();
  }

  #write(exporter: LocalExporter): boolean | undefined {
    if (this.#waiting.length === 0) return undefined;
    exporter.write(this.#takeAll());
    return true;
  }

  async #exportGroup(exporter: RemoteExporter): Promise<boolean | undefined> {
    if (this.#waiting.length === 0) return undefined;
    if (performance.now() < this.#notBefore) return false;
    this.#isExporting = true;
    await this.#gather();
    const delivered = await this.#exportAll(exporter);
    this.#isExporting = false;
    return delivered;
  }

  // All that end in this turn of the event loop go together, and while there are more each turn, those of a few turns,
  // up to what is sent ahead of any end.
  async #gather(): Promise<void> {
    let before: number;
    let turn = 0;
    do {
      before = this.#waiting.length;
      await new Promise(setImmediate);
      turn += 1;
    } while (
      turn < mostTurns &&
      before < this.#waiting.length &&
      this.#waiting.length < spansAhead
    );
  }

  // All that waits now, one batch after the other; the first one that fails ends it.
  async #exportAll(exporter: RemoteExporter): Promise<boolean> {
    const batches = batchesOf(this.#takeAll());
    this.#inFlight = batches.reduce((count, batch) => count + batch.length, 0);
    for (const [index, batch] of batches.entries()) {
      try {
        await exporter.export(batch);
        this.#inFlight -= batch.length;
      } catch (error) {
        this.#failed(batch, batches.slice(index + 1).flat(), error);
        return false;
      }
    }
    return true;
  }

  #takeAll(): Waiting[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return taken;
  }

  #failed(batch: readonly Waiting[], untried: readonly Waiting[], error: unknown): void {
    const { keep, retryAfter, message } = exportErrorOf(error);
    this.#inFlight = 0;
    this.#notBefore = performance.now() + retryAfter;
    if (keep) this.#complaints.failed(message);
    else this.#complaints.dropped(batch.length, message);
    const kept = keep ? [...batch, ...untried] : untried;
    this.#waiting = [...kept, ...this.#waiting];
    for (const { size } of kept) this.#bytes += size;
    this.#dropOldest();
  }

  #dropOldest(): void {
    let dropped = 0;
    while (this.#waiting.length > mostSpans || this.#bytes > mostBytes) {
      // Not `splice`, which moves all that stay.
      this.#bytes -= this.#waiting.shift()?.size ?? 0;
      dropped += 1;
    }
    if (dropped > 0)
      this.#complaints.dropped(dropped, `more than ${mostSpans} spans or ${mostBytes} bytes wait`);
  }
}

function batchesOf(spans: readonly Waiting[]): Waiting[][] {
  const batches: Waiting[][] = [];
  let room = 0;
  for (const span of spans) {
    room -= span.size;
    if (room < 0 || batches.length === 0) {
      batches.push([]);
      room = batchBytes - span.size;
    }
    batches.at(-1)?.push(span);
  }
  return batches;
}

function exportErrorOf(error: unknown): ExportError {
  if (error instanceof ExportError) return error;
  return new ExportError(error instanceof Error ? error.message : String(error), { keep: false });
}

function sizeOf({ name, attributes, events, links }: ReadableSpan): number {
  let size = 200 + name.length + sizeOfAttributes(attributes);
  for (const event of events) size += 50 + event.name.length + sizeOfAttributes(event.attributes);
  for (const link of links) size += 50 + sizeOfAttributes(link.attributes);
  return size;
}

function sizeOfAttributes(attributes: Attributes = {}): number {
  let size = 0;
  for (const key in attributes) size += 8 + key.length + sizeOfValue(attributes[key]);
  return size;
}

function sizeOfValue(value: AttributeValue | undefined): number {
  if (typeof value === "string") return value.length;
  if (!Array.isArray(value)) return 8;
  return value.reduce((size: number, item) => size + 2 + sizeOfValue(item ?? undefined), 0);
}
