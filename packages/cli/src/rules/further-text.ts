import type { Call } from "../gateway/platform-request.ts";

/**
 * A call that says a further text: behind each text of its event, or in its query. A function that tells of its input in an
 * answer or a line then tells of that too. `undefined` when there is no room for it.
 */
export function withText(call: Call, text: string): Call | undefined {
  if (call.kind === "http-invoke")
    return { ...call, path: withParameter(call.path ?? "/", "fcrt", text) };
  const body = bodyText(call);
  if (body === undefined) return undefined;
  const further = isJson(body) ? furtherJson(body, text) : body + text;
  return further === undefined ? undefined : { ...call, body: further };
}

/** A path with a further parameter in its query. */
export function withParameter(path: string, name: string, value: string): string {
  return `${path}${path.includes("?") ? "&" : "?"}${name}=${encodeURIComponent(value)}`;
}

// What is no text is no event that one could write into.
function bodyText({ body = "" }: Call): string | undefined {
  if (typeof body === "string") return body;
  if (!(body instanceof Uint8Array)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function furtherJson(json: string, text: string): string | undefined {
  const event: unknown = JSON.parse(json);
  const told = JSON.stringify(event, (_key, value: unknown) =>
    typeof value === "string" ? value + text : value,
  );
  if (told !== JSON.stringify(event)) return told;
  return isObject(event) ? JSON.stringify({ ...event, fcrt: text }) : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
