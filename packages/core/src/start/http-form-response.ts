import type { ServerResponse } from "node:http";
import { pipeline, Readable } from "node:stream";
import { isBytes } from "../server/result.ts";
import { setHeader } from "./http-result.ts";

/** The response that an HTTP function of FC 2.0 gets: its status and headers are kept until `send`. */
export class HttpFormResponse {
  statusCode = 200;

  readonly #response: ServerResponse;
  readonly #headers = new Map<string, string | readonly string[]>();
  #sent = false;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  setStatusCode(statusCode: number): void {
    this.#refuseWhenSent("the status code");
    if (!Number.isInteger(statusCode)) throw mistaken("statusCode", "an integer", statusCode);
    this.statusCode = statusCode;
  }

  setHeader(name: string, value: string | readonly string[]): this {
    this.#refuseWhenSent("a header");
    if (typeof name !== "string") throw mistaken("headerKey", "a string", name);
    const isText = [value].flat().every((item) => typeof item === "string");
    if (!isText) throw mistaken("headerValue", "a string or an array of strings", value);
    this.#headers.set(name.toLowerCase(), value);
    return this;
  }

  deleteHeader(name: string): void {
    this.#refuseWhenSent("a header");
    if (typeof name !== "string") throw mistaken("headerKey", "a string", name);
    this.#headers.delete(name.toLowerCase());
  }

  hasHeader(name: string): boolean {
    return this.#headers.has(name.toLowerCase());
  }

  /** Sends status, headers and the whole response: text, bytes, or a stream. */
  send(body: string | Uint8Array | Readable): void {
    this.#refuseWhenSent("a response");
    const response = this.#response;
    if (typeof body !== "string" && !isBytes(body) && !(body instanceof Readable))
      throw mistaken("body", "a Buffer, a string or a readable stream", body);
    this.#sent = true;
    response.statusCode = this.statusCode;
    for (const [name, value] of this.#headers) setHeader(response, name, value);
    if (body instanceof Readable) pass(body, response);
    else response.end(body);
  }

  #refuseWhenSent(what: string): void {
    if (this.#sent) throw new Error(`Expected ${what} before the response is sent, got it after`);
  }
}

// A stream that breaks destroys the response, which is how core learns of it and fails the invocation.
function pass(body: Readable, response: ServerResponse): void {
  pipeline(body, response, () => {});
}

function mistaken(name: string, expectation: string, value: unknown): TypeError {
  return new TypeError(`Expected \`${name}\` to be ${expectation}, got ${typeof value}`);
}
