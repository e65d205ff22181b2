import type { IncomingMessage } from "node:http";
import { FcrtError } from "../errors.ts";
import { jsonBreakOf } from "./json-break.ts";

// What `JSON.parse` promises of a value: nothing.
type Json = ReturnType<typeof JSON.parse>;

/** The payload of an event invocation. */
export class Event {
  /** The bytes as the platform sent them. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** The payload as UTF-8 text. */
  text(): string {
    return this.bytes.toString("utf8");
  }

  /**
   * The payload as JSON: `event.json<OssEvent>()`. The type is the caller's claim; nothing checks it.
   *
   * @throws FcrtError FCRT_EVENT_NOT_JSON, which names the place where the text stops being JSON
   */
  json<Payload = Json>(): Payload {
    const text = this.text();
    try {
      return JSON.parse(text);
    } catch {
      // The parser's own message quotes the event, which can hold secrets.
      throw new FcrtError(
        "FCRT_EVENT_NOT_JSON",
        `Expected the event to be JSON, got ${jsonBreakOf(text)}`,
      );
    }
  }
}

/**
 * Reads the body of a request whole, unless it is larger than `limit`: then the rest is not kept.
 * Nothing is called when the client goes away before the end.
 */
export function readBody(
  request: IncomingMessage,
  limit: number,
  done: (body: Buffer) => void,
  failed: (error: FcrtError) => void,
): void {
  if (Number(request.headers["content-length"] ?? 0) > limit) {
    failed(tooLarge(limit, `${request.headers["content-length"]}`));
    return;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  let gathered = 0;
  const collect = (chunk: Buffer): void => {
    size += chunk.length;
    if (size <= limit) {
      chunks.push(chunk);
      if (chunks.length - gathered < mostLoose) return;
      chunks.push(Buffer.concat(chunks.splice(gathered)));
      gathered += 1;
      return;
    }
    chunks.length = 0;
    request.off("data", collect).off("end", finish).resume();
    failed(tooLarge(limit, "more"));
  };
  const finish = (): void => {
    const [first] = chunks;
    done(first && chunks.length === 1 ? first : Buffer.concat(chunks, size));
  };
  request.on("data", collect).on("end", finish);
}

// A buffer of one byte takes a few hundred: a stranger's chunks must not take more than the body that they make.
const mostLoose = 1024;

function tooLarge(limit: number, size: string): FcrtError {
  return new FcrtError(
    "FCRT_BODY_TOO_LARGE",
    `Expected a body of at most ${limit} bytes, got ${size}`,
  );
}
