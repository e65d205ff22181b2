import { createServer } from "node:http";
import type {
  IncomingHttpHeaders,
  IncomingMessage,
  RequestListener,
  ServerResponse,
} from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished } from "vitest";
import { freePort } from "./child.ts";
import { partialSuccess, spansIn } from "./collector-spans.ts";
import type { WireSpan } from "./collector-spans.ts";
import { expectNoCanary } from "./no-canary.ts";

/** A POST that came whole. */
interface Post {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it was sent. */
  readonly sent: Buffer;
  /** What was sent, no longer compressed. */
  readonly body: Buffer;
  readonly spans: readonly WireSpan[];
  /** Which of the connections it came over: 1 is the first. */
  readonly connection: number;
}

/** How a collector answers. */
export interface Answering {
  /** Looks at a request whose body has not been read; whether that was all. */
  head?(request: IncomingMessage): boolean;
  whole(response: ServerResponse, post: Post): void;
}

/** A collector of ours: it keeps what it is sent and answers as a test tells it. */
export interface Collector {
  readonly port: number;
  /** With `/v1/traces`. */
  readonly url: string;
  readonly origin: string;
  answering: Answering;
  readonly posts: readonly Post[];
  /** The spans of the POSTs that were answered with a status of success, each time that they came. */
  readonly spans: readonly WireSpan[];
  /** How many POSTs stood open at the same time, at most. */
  readonly mostAtOnce: number;
  /** Waits until so many POSTs have come whole, answered or not. */
  received(count: number): Promise<void>;
  /** Breaks every connection that is open now. */
  breakConnections(): void;
  /** Refuses connections and breaks those that are open. */
  stop(): Promise<void>;
  /** Takes connections again, at the same port. */
  start(): Promise<void>;
}

/** Starts a collector that takes everything, until the test is over. */
export async function startCollector(tls?: { key: string; cert: string }): Promise<Collector> {
  const port = await freePort();
  const posts: Post[] = [];
  const taken: Post[] = [];
  const sockets = new Map<Socket, number>();
  let connections = 0;
  let open = 0;
  let mostAtOnce = 0;

  const listener: RequestListener = (request, response) => {
    open += 1;
    mostAtOnce = Math.max(mostAtOnce, open);
    response.once("close", () => (open -= 1));
    if (collector.answering.head?.(request)) return;
    const chunks: Buffer[] = [];
    request.on("error", () => {});
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const post = postOf(request, Buffer.concat(chunks), sockets.get(request.socket) ?? 0);
      posts.push(post);
      response.once("finish", () => {
        if (response.statusCode >= 200 && response.statusCode <= 299) taken.push(post);
      });
      collector.answering.whole(response, post);
    });
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.keepAliveTimeout = 0;
  server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
    sockets.set(socket, (connections += 1));
    socket.on("error", () => {}).once("close", () => sockets.delete(socket));
  });

  const collector: Collector = {
    port,
    origin: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}/v1/traces`,
    answering: taking,
    posts,
    get spans() {
      return taken.flatMap(({ spans }) => spans);
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    async received(count) {
      await expect.poll(() => posts.length, polling).toBeGreaterThanOrEqual(count);
    },
    breakConnections() {
      for (const socket of sockets.keys()) socket.resetAndDestroy();
    },
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      collector.breakConnections();
      server.closeAllConnections();
      await closed;
    },
    async start() {
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(port, "127.0.0.1", resolve);
      });
    },
  };
  await collector.start();
  onTestFinished(async () => {
    await collector.stop();
    // The headers may hold credentials: some collectors ask for them there.
    for (const { body } of posts) expectNoCanary("a batch of spans", body.toString("latin1"));
  });
  return collector;
}

const polling = { timeout: 10_000, interval: 5 };

/** Waits until spans of so many ids have been taken, however often each; one more is a failure. */
export async function expectSpans(collector: Collector, count: number): Promise<void> {
  await expect.poll(() => idsOf(collector.spans).size, polling).toBeGreaterThanOrEqual(count);
  expect(idsOf(collector.spans).size).toBe(count);
}

/** The ids of spans, each once. */
export function idsOf(spans: readonly WireSpan[]): Set<string> {
  return new Set(spans.map(({ spanId }) => spanId));
}

/** Takes everything. */
export const taking: Answering = { whole: (response) => response.end() };

/** Accepts connections and never answers. */
export const silent: Answering = { whole: () => {} };

/** Answers with a status. */
export function answeringWith(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body: string | Uint8Array = "",
): Answering {
  return { whole: (response) => response.writeHead(status, headers).end(body) };
}

/** Breaks the connection before the body of the request is read. */
export const resettingRequests: Answering = {
  head(request) {
    request.socket.resetAndDestroy();
    return true;
  },
  whole: () => {},
};

/** Breaks the connection in the middle of its answer. */
export const resettingAnswers: Answering = {
  whole(response) {
    response.writeHead(200, { "content-length": 1000 });
    response.write("part", () => response.socket?.resetAndDestroy());
  },
};

/** Answers what is no HTTP. */
export const talkingNonsense: Answering = {
  whole: (response) => void response.socket?.end("220 mail.example.com ESMTP\r\n\r\n"),
};

/** Takes everything and answers what is no protobuf. */
export const answeringNonsense: Answering = answeringWith(200, {}, Buffer.alloc(500, 0xff));

/** Takes everything and says that it rejected some. */
export const takingAPart: Answering = answeringWith(200, {}, partialSuccess(3, "too long names"));

/** Answers nothing until it is released, and takes everything from then on. */
export function holding(): Answering & { readonly held: number; release(): void } {
  let waiting: ServerResponse[] = [];
  let released = false;
  return {
    whole(response) {
      if (released) response.end();
      else waiting.push(response);
    },
    get held() {
      return waiting.length;
    },
    release() {
      released = true;
      for (const response of waiting.splice(0)) response.end();
    },
  };
}

function postOf(request: IncomingMessage, sent: Buffer, connection: number): Post {
  const { headers, url: path = "" } = request;
  const body = headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
  let spans: readonly WireSpan[] | undefined;
  return {
    path,
    headers,
    sent,
    body,
    // What nobody looks at is not worth the time.
    get spans() {
      return (spans ??= spansIn(body));
    },
    connection,
  };
}
