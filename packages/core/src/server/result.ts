import { FcrtError } from "../errors.ts";

/** A body and what it is. */
export interface Body {
  readonly content: string | Uint8Array;
  readonly contentType: string;
}

/**
 * The body for what an event handler returned: text and bytes as they are, nothing for `undefined`, else JSON.
 *
 * @throws FcrtError FCRT_RESULT_NOT_JSON
 */
export function bodyOf(result: unknown): Body {
  if (result === undefined) return { content: "", contentType: "text/plain; charset=utf-8" };
  if (typeof result === "string")
    return { content: result, contentType: "text/plain; charset=utf-8" };
  if (isBytes(result)) return { content: result, contentType: "application/octet-stream" };
  if (result instanceof ArrayBuffer) return bodyOf(new Uint8Array(result));
  return { content: jsonOf(result), contentType: "application/json" };
}

/** Whether a value is what Node writes as bytes; of any realm, for test runners have their own. */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === "[object Uint8Array]";
}

function jsonOf(result: unknown): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(result);
  } catch (cause) {
    const [reason = ""] = cause instanceof Error ? cause.message.split("\n") : [];
    throw new FcrtError("FCRT_RESULT_NOT_JSON", `Expected a result that JSON can hold: ${reason}`, {
      cause,
    });
  }
  if (json !== undefined) return json;
  throw new FcrtError(
    "FCRT_RESULT_NOT_JSON",
    `Expected a result that JSON can hold, got a ${typeof result}`,
  );
}
