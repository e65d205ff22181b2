import { Agent, request as send } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { Readable } from "node:stream";

/** Name and value of each header, in order, as they are on the wire. */
export type Headers = readonly (readonly [name: string, value: string])[];

/** A request as it goes to a runtime: nothing is added but `host`, `connection`, and the length of the body. */
export interface RuntimeRequest {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body?: string | Uint8Array | Parts;
  /** Breaks the connection off. */
  readonly signal?: AbortSignal;
  /** Is told of each part of the response's body as it comes. */
  readonly onData?: (chunk: Buffer) => void;
}

/** A body that is sent as it comes: with its length when that is told, else chunked. */
export interface Parts extends AsyncIterable<Uint8Array> {
  readonly byteLength?: number;
}

/** What a runtime has answered. */
export interface RuntimeResponse {
  readonly status: number;
  readonly statusMessage: string;
  /** Several of one name are several entries. */
  readonly headers: Headers;
  /** The first 64 MiB. */
  readonly body: Buffer;
  /** The length of the whole body. */
  readonly bodyBytes: number;
  /** Whether the connection had served a request before. */
  readonly reusedConnection: boolean;
}

/** The connections to a runtime, kept alive and used again as the platform does. */
export class Connections {
  readonly #host: string;
  readonly #port: number;
  readonly #agent: Agent;

  /** @param most how many may be open; a further request waits */
  constructor(host: string, port: number, most: number = Infinity) {
    this.#host = host;
    this.#port = port;
    this.#agent = new Agent({ keepAlive: true, maxSockets: most });
    // Node would close a connection before the time that the server hints at; the platform keeps it.
    this.#agent.keepSocketAlive = () => true;
  }

  /** Rejects when the connection breaks before the response is whole. */
  async send(request: RuntimeRequest): Promise<RuntimeResponse> {
    return new Promise((resolve, reject) => {
      const { method, path, signal } = request;
      const outgoing = send({
        host: this.#host,
        port: this.#port,
        agent: this.#agent,
        method,
        path,
        headers: this.#headersOf(request),
        maxHeaderSize: mostHeaderBytes,
        ...(signal && { signal }),
      });
      outgoing.once("error", reject).once("response", (incoming) => {
        const { reusedSocket: reusedConnection } = outgoing;
        read(incoming, request.onData).then(
          (rest) => resolve({ ...rest, reusedConnection }),
          reject,
        );
      });
      write(outgoing, request.body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #headersOf({ method, headers, body }: RuntimeRequest): string[] {
    const own = [["host", `${this.#host}:${this.#port}`], ...lengthOf(method, body)];
    const given = new Set(headers.map(([name]) => name.toLowerCase()));
    const added = own.filter(([name = ""]) => !given.has(name));
    return [...added, ...headers].flat();
  }
}

const mostHeaderBytes = 256 * 1024;
const mostBodyBytes = 64 * 1024 * 1024;

function lengthOf(method: string, body: RuntimeRequest["body"]): [string, string][] {
  // What may have a body says that it has none.
  if (body === undefined)
    return /^(?:POST|PUT|PATCH)$/.test(method) ? [["content-length", "0"]] : [];
  const bytes = typeof body === "string" ? Buffer.byteLength(body) : body.byteLength;
  return bytes === undefined
    ? [["transfer-encoding", "chunked"]]
    : [["content-length", String(bytes)]];
}

function write(outgoing: ClientRequest, body: RuntimeRequest["body"]): void {
  if (body === undefined || typeof body === "string" || body instanceof Uint8Array)
    outgoing.end(body);
  else
    Readable.from(body, { objectMode: false })
      .on("error", () => {})
      .pipe(outgoing);
}

async function read(
  incoming: IncomingMessage,
  onData: RuntimeRequest["onData"],
): Promise<Omit<RuntimeResponse, "reusedConnection">> {
  const chunks: Buffer[] = [];
  let bodyBytes = 0;
  await new Promise((resolve, reject) => {
    incoming.on("data", (chunk: Buffer) => {
      if (bodyBytes < mostBodyBytes) chunks.push(chunk.subarray(0, mostBodyBytes - bodyBytes));
      bodyBytes += chunk.length;
      onData?.(chunk);
    });
    incoming.once("error", reject).once("end", resolve);
  });
  const { statusCode: status = 0, statusMessage = "", rawHeaders } = incoming;
  const headers = rawHeaders.flatMap((name, index): [string, string][] =>
    index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [],
  );
  return { status, statusMessage, headers, body: Buffer.concat(chunks), bodyBytes };
}
