import { Agent, request as requestOverHttp } from "node:http";
import type { ClientRequest, RequestOptions } from "node:http";
import { context, ROOT_CONTEXT } from "@opentelemetry/api";
import { suppressTracing } from "@opentelemetry/core";

/** What a server answered. */
export interface Answer {
  readonly status: number;
  /** What its `Retry-After` asks for, in milliseconds. */
  readonly retryAfter: number | undefined;
  readonly body: Buffer;
}

/** A POST as it is sent. */
interface Message {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** In milliseconds, from the connection to the last byte of the answer. */
  readonly timeout: number;
}

/** Sends a POST with its length over a kept connection, and no span of its own. */
export type Post = (message: Message) => Promise<Answer>;

/** Files that TLS takes: the certificate in place of those that Node trusts, a key and its certificate to be known by. */
export interface TlsFiles {
  readonly certificate: string | undefined;
  readonly clientKey: string | undefined;
  readonly clientCertificate: string | undefined;
}

const longestAnswer = 64 * 1024;
const longestRetryAfter = 300_000;
const agentOptions = { keepAlive: true };

/**
 * What sends the POSTs of one exporter. A connection that the other side closed while it was idle (a freeze is enough)
 * is replaced at once.
 */
export function poster(files: TlsFiles): Post {
  const overHttp = senderOver(requestOverHttp, new Agent(agentOptions));
  let overHttps: Promise<Send> | undefined;

  return async (message) => {
    const isSecure = message.url.protocol === "https:";
    const send = isSecure ? await (overHttps ??= httpsSender(files)) : overHttp;
    const deadline = performance.now() + message.timeout;
    for (;;) {
      try {
        return await context.with(untraced, sendOnce, undefined, send, message, deadline);
      } catch (error) {
        if (!(error instanceof StaleConnection)) throw error;
      }
    }
  };
}

const untraced = suppressTracing(ROOT_CONTEXT);

type Send = (url: URL, options: RequestOptions) => ClientRequest;

function senderOver(request: Send, agent: Agent): Send {
  return (url, options) => request(url, { ...options, agent });
}

// Most of what loading it costs is TLS, which a collector on this machine does not need.
async function httpsSender(files: TlsFiles): Promise<Send> {
  const { Agent: TlsAgent, request } = await import("node:https");
  const { readFile } = await import("node:fs/promises");
  const [ca, key, cert] = await Promise.all(
    [files.certificate, files.clientKey, files.clientCertificate].map(
      async (file) => file && readFile(file),
    ),
  );
  const given = { ...(ca && { ca }), ...(key && { key }), ...(cert && { cert }) };
  return senderOver(request, new TlsAgent({ ...agentOptions, ...given }));
}

class StaleConnection extends Error {}

async function sendOnce(
  send: Send,
  { url, headers, body, timeout }: Message,
  deadline: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: "POST",
      headers: { ...headers, "content-length": body.length },
    });
    // Not an `AbortSignal`: watching one adds 30 µs to a POST that takes 40.
    const timer = setTimeout(
      () => {
        reject(new Error(`no answer within ${Math.round(timeout)} ms`));
        request.destroy();
      },
      Math.max(1, deadline - performance.now()),
    ).unref();
    request.on("close", () => clearTimeout(timer));
    request.on("error", (error) => {
      reject(request.reusedSocket && isReset(error) ? new StaleConnection() : error);
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length <= longestAnswer) chunks.push(chunk);
      });
      response.on("error", reject);
      response.on("end", () => {
        const { statusCode: status = 0 } = response;
        const retryAfter = retryAfterOf(response.headers["retry-after"]);
        resolve({ status, retryAfter, body: Buffer.concat(chunks) });
      });
    });
    request.end(body);
  });
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === "ECONNRESET" || error.code === "EPIPE";
}

// Seconds, or a date.
function retryAfterOf(value: string | undefined): number | undefined {
  if (!value) return undefined;
  const wait = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), longestRetryAfter);
}
