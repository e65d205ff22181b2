import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpListener } from "./dispatch.ts";
import type { Handlers } from "./handlers.ts";

/**
 * A Fetch-style handler as a Node listener, with the platform's real `Request` and `Response`. Whatever goes wrong
 * rejects, before the first byte or after it: the invocation knows what to do about it.
 */
export function fetchListener(fetch: NonNullable<Handlers["fetch"]>): HttpListener {
  return async (request, response, context) => {
    const answer: unknown = await fetch(requestOf(request, context.signal), context);
    if (!isResponse(answer))
      throw new TypeError(`Expected \`fetch\` to return a Response, got ${typeof answer}`);
    await send(answer, request, response);
  };
}

function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", rawHeaders } = incoming;
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  const body =
    method === "GET" || method === "HEAD"
      ? {}
      : { body: bodyOf(incoming), duplex: "half" as const };
  return new Request(urlOf(incoming), { method, headers, signal, ...body });
}

// Joined as text: a path such as `//elsewhere/x` must not become the host.
function urlOf({ url = "/", headers }: IncomingMessage): string {
  if (/^https?:/i.test(url)) return url;
  const host = /^[\w.:[\]-]+$/.test(headers.host ?? "") ? headers.host : "localhost";
  return `http://${host}${url.startsWith("/") ? url : `/${url}`}`;
}

// `Readable.toWeb` would queue a whole upload on Node 20.10, and let a body flow that nobody reads.
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  let chunks: AsyncIterator<Buffer> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        chunks ??= incoming[Symbol.asyncIterator]();
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel() {
        incoming.removeAllListeners("readable").resume();
      },
    },
    { highWaterMark: 0 },
  );
}

function isResponse(value: unknown): value is Response {
  return (
    typeof value === "object" &&
    value !== null &&
    "status" in value &&
    "headers" in value &&
    "body" in value
  );
}

async function send(
  answer: Response,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { body, status } = answer;
  if (answer.bodyUsed || body?.locked)
    throw new TypeError("Expected a Response whose body is not used yet");
  if (!body || incoming.method === "HEAD" || status === 204 || status === 304) {
    setHead(answer, response);
    response.end();
    await body?.cancel().catch(() => {});
    return;
  }
  const reader = body.getReader();
  response.once("close", () => void reader.cancel().catch(() => {}));
  const first = reader.read();
  // What fails at once fails before the head; what takes its time must not hold the head back.
  const early = await Promise.race([first, nextTurn()]);
  setHead(answer, response);
  if (!early) response.flushHeaders();
  await pump(await first, reader, response);
}

function setHead({ status, statusText, headers }: Response, response: ServerResponse): void {
  response.statusCode = status;
  response.statusMessage = statusText;
  for (const [name, value] of headers) response.appendHeader(name, value);
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;
type Step = Awaited<ReturnType<Reader["read"]>>;

async function pump(first: Step, reader: Reader, response: ServerResponse): Promise<void> {
  for (let step = first; !step.done && !response.destroyed; step = await reader.read()) {
    if (!response.write(step.value)) await drained(response);
  }
  response.end();
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

async function drained(response: ServerResponse): Promise<void> {
  if (response.destroyed) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      response.off("drain", go).off("close", go);
      resolve();
    };
    response.on("drain", go).on("close", go);
  });
}
