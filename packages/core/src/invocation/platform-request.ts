import { IncomingMessage } from "node:http";
import type { IncomingHttpHeaders } from "node:http";
import type { SentCredentials } from "./credential-headers.ts";
import { firstName, nameAfter } from "./header-names.ts";

type Headers = Record<string, string | string[] | undefined>;

/**
 * The requests of `serve`: their headers are read once, by Node's documented rules, and leave the credentials out, so
 * that no code ever sees those as headers. Reading them is the largest part of what an event invocation costs by
 * itself, so it is done without Node's search for well-known names and with the names of the requests before.
 */
export class PlatformRequest extends IncomingMessage {
  #headers: Headers | undefined;
  #distinct: NodeJS.Dict<string[]> | undefined;
  readonly #credentials: SentCredentials = {};

  /** What the credential headers said. */
  get credentials(): SentCredentials {
    this.#read();
    return this.#credentials;
  }

  /** Makes the headers hold for whoever gives the request another prototype, as Express does. */
  handOver(): void {
    const { headers, headersDistinct } = this;
    Reflect.set(IncomingMessage.prototype, "headers", headers, this);
    Reflect.set(IncomingMessage.prototype, "headersDistinct", headersDistinct, this);
  }

  // Node and its types know these two as properties, with a getter and a setter.
  static {
    Object.defineProperty(this.prototype, "headers", {
      get(this: PlatformRequest): IncomingHttpHeaders {
        return this.#read();
      },
      set(this: PlatformRequest, headers: Headers) {
        this.#headers = headers;
      },
    });
    Object.defineProperty(this.prototype, "headersDistinct", {
      get(this: PlatformRequest) {
        this.#read();
        return (this.#distinct ??= distinctOf(this.rawHeaders));
      },
      set(this: PlatformRequest, distinct: NodeJS.Dict<string[]>) {
        this.#distinct = distinct;
      },
    });
  }

  #read(): Headers {
    if (this.#headers) return this.#headers;
    const headers: Headers = {};
    const { rawHeaders } = this;
    let kept = 0;
    let name = firstName;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const sent = rawHeaders[index] ?? "";
      const value = rawHeaders[index + 1] ?? "";
      name = nameAfter(name, sent);
      if (name.credential) {
        if (value !== "") this.#credentials[name.credential] = value;
        continue;
      }
      if (kept < index) {
        rawHeaders[kept] = sent;
        rawHeaders[kept + 1] = value;
      }
      kept += 2;
      add(headers, name.lowerCase, value);
    }
    rawHeaders.length = kept;
    this.#headers = headers;
    return headers;
  }
}

// Of these Node keeps the first, of others it joins all.
const single = new Set([
  "age",
  "authorization",
  "content-length",
  "content-type",
  "etag",
  "expires",
  "from",
  "host",
  "if-modified-since",
  "if-unmodified-since",
  "last-modified",
  "location",
  "max-forwards",
  "proxy-authorization",
  "referer",
  "retry-after",
  "server",
  "user-agent",
]);

function add(headers: Headers, name: string, value: string): void {
  const earlier = headers[name];
  if (typeof earlier === "string") {
    if (!single.has(name)) headers[name] = `${earlier}${name === "cookie" ? "; " : ", "}${value}`;
  } else if (name === "set-cookie") {
    headers[name] = Array.isArray(earlier) ? [...earlier, value] : [value];
  } else {
    headers[name] = value;
  }
}

function distinctOf(rawHeaders: readonly string[]): NodeJS.Dict<string[]> {
  const distinct: NodeJS.Dict<string[]> = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    (distinct[name] ??= []).push(rawHeaders[index + 1] ?? "");
  }
  return distinct;
}
