import type { IncomingMessage } from "node:http";
import type { Context } from "../invocation/context.ts";
import { readBody } from "./event.ts";

/**
 * The `Request` of an invocation. A real one costs more than all the rest of it, above all on Node 20: a stream, two
 * signals and the headers twice. Where Node lets one object answer for another, the real one is made when something
 * asks for what only that has.
 */
export function requestOf(incoming: IncomingMessage, context: Context): Request {
  const source = new Source(incoming, context);
  standsIn ??= prepareStandIn();
  if (!standsIn || !isPlain(incoming)) return source.real;
  const standIn: object = new StandIn(source);
  // It is none when somebody has replaced `Request` since.
  return standIn instanceof Request ? standIn : source.real;
}

let standsIn: boolean | undefined;

// Of others Node may refuse to make a request at all, and the handler is not to be called then.
function isPlain({ url, method }: IncomingMessage): boolean {
  return url?.startsWith("/") === true && method !== "TRACE";
}

/**
 * Node 20 and 22 keep the state of a request under symbols: what is asked for them answers with the real request's,
 * and so is taken for one by `new Request`, `fetch` and all methods. Later ones keep it in private fields.
 */
function prepareStandIn(): boolean {
  const sample = new Request("http://localhost/", { method: "PUT" });
  const symbols = Object.getOwnPropertySymbols(sample);
  for (const symbol of symbols) {
    Object.defineProperty(StandIn.prototype, symbol, {
      get(this: StandIn): unknown {
        return Reflect.get(this[sourceKey].real, symbol);
      },
    });
  }
  Object.setPrototypeOf(StandIn.prototype, Request.prototype);
  try {
    const copy = Object.create(Request.prototype, Object.getOwnPropertyDescriptors(sample));
    return new Request(copy).method === "PUT";
  } catch {
    return false;
  }
}

const sourceKey = Symbol("source");

// Once prepared it inherits from `Request`, which has what is not here.
class StandIn {
  // No private field: those are not found through a `Proxy`, where a request of these Nodes is.
  readonly [sourceKey]: Source;

  constructor(source: Source) {
    this[sourceKey] = source;
  }

  get method(): string {
    return this[sourceKey].method;
  }

  get url(): string {
    return this[sourceKey].url;
  }

  get headers(): Headers {
    return this[sourceKey].headers;
  }

  get signal(): AbortSignal {
    return this[sourceKey].signal;
  }

  get bodyUsed(): boolean {
    return this[sourceKey].bodyUsed;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const source = this[sourceKey];
    return source.isWhole ? new Uint8Array(await source.take()).buffer : source.real.arrayBuffer();
  }

  async text(): Promise<string> {
    const source = this[sourceKey];
    return source.isWhole ? decoder.decode(await source.take()) : source.real.text();
  }

  async json(): Promise<unknown> {
    const source = this[sourceKey];
    return source.isWhole ? JSON.parse(decoder.decode(await source.take())) : source.real.json();
  }

  async formData(): Promise<FormData> {
    return this[sourceKey].real.formData();
  }

  // The platform's own would watch the signal that it finds here, and not the real one's.
  clone(): Request {
    return this[sourceKey].real.clone();
  }

  static {
    Object.defineProperty(this.prototype, "constructor", { get: () => Request });
  }
}

const decoder = new TextDecoder();

/** What a request is made from, and the real one once it is made. */
class Source {
  readonly method: string;
  readonly url: string;
  readonly #incoming: IncomingMessage;
  readonly #context: Context;
  #headers: Headers | undefined;
  #real: Request | undefined;
  #taken = false;

  constructor(incoming: IncomingMessage, context: Context) {
    this.method = incoming.method ?? "GET";
    this.url = new URL(urlOf(incoming)).href;
    this.#incoming = incoming;
    this.#context = context;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get headers(): Headers {
    return (this.#headers ??= this.#real?.headers ?? headersOf(this.#incoming));
  }

  get bodyUsed(): boolean {
    return this.#taken || this.#real?.bodyUsed === true;
  }

  /** Whether nothing of the body has gone elsewhere, so that it can be taken without a stream. */
  get isWhole(): boolean {
    return !this.#real && !this.#taken && this.#hasBody && !this.#incoming.destroyed;
  }

  get #hasBody(): boolean {
    return this.method !== "GET" && this.method !== "HEAD";
  }

  /** The body, once. */
  async take(): Promise<Buffer> {
    this.#taken = true;
    return new Promise((resolve, reject) => {
      readBody(this.#incoming, Infinity, resolve, reject);
      this.#incoming.on("error", reject);
    });
  }

  /** The real request, with what the handler has changed in its headers. */
  get real(): Request {
    this.#real ??= this.#make();
    if (this.#headers && this.#headers !== this.#real.headers)
      replaceAll(this.#real.headers, this.#headers);
    return this.#real;
  }

  #make(): Request {
    const { method, url, signal } = this;
    const init = { method, signal, headers: this.#headers ?? headersOf(this.#incoming) };
    if (!this.#hasBody) return new Request(url, init);
    const body = this.#taken ? new ReadableStream() : bodyOf(this.#incoming);
    const real = new Request(url, { ...init, body, duplex: "half" });
    // Whoever asks this one for the body learns that it is used.
    if (this.#taken) void body.cancel();
    return real;
  }
}

// Joined as text: a path such as `//elsewhere/x` must not become the host.
function urlOf({ url = "/", headers }: IncomingMessage): string {
  if (/^https?:/i.test(url)) return url;
  const host = /^[\w.:[\]-]+$/.test(headers.host ?? "") ? headers.host : "localhost";
  return `http://${host}${url.startsWith("/") ? url : `/${url}`}`;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  return headers;
}

function replaceAll(headers: Headers, others: Headers): void {
  for (const name of Array.from(headers.keys())) headers.delete(name);
  for (const [name, value] of others) headers.append(name, value);
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
