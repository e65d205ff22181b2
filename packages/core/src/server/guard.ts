import { AsyncResource } from "node:async_hooks";
import type { IncomingMessage, ServerResponse } from "node:http";
import { FcrtError } from "../errors.ts";
import { writeError } from "../invocation/lines.ts";
import { nextTurn } from "../invocation/promises.ts";
import type { RunningInvocation } from "../invocation/running-invocation.ts";
import { blame } from "../invocation/scope.ts";
import { header } from "../protocol/headers.ts";
import { statusOf } from "../protocol/outcome.ts";
import { isBytes } from "./result.ts";

/** Whether a status that an application chose is a failure of the function. */
export type FailureRule = (statusCode: number) => boolean;

/**
 * Watches a response that somebody else writes: the verdict is taken in `writeHead`, the end in `end`, and an
 * application that breaks its own response has failed. Own properties hold under any framework's subclass.
 */
export function guardResponse(
  invocation: RunningInvocation,
  response: ServerResponse,
  isFailure: FailureRule,
): void {
  const { writeHead, end, destroy } = response;

  // Node tells of a write after the end here, and ends the process when nobody listens.
  response.on("error", (error) => writeError(error, invocation.requestId));

  // Node tells of a second body or not, by how far the first one is on its way.
  const endAgain = (body: unknown[]): unknown => {
    const callbacks = body.filter((value) => typeof value === "function");
    if (callbacks.length < body.length)
      writeError(new Error("write after end"), invocation.requestId);
    return Reflect.apply(end, response, callbacks);
  };

  Object.assign(response, {
    writeHead(statusCode: number, ...rest: unknown[]): unknown {
      if (response.headersSent) return Reflect.apply(writeHead, response, [statusCode, ...rest]);
      const message = typeof rest[0] === "string" ? [rest[0]] : [];
      const headers = message.length > 0 ? rest[1] : (rest[1] ?? rest[0]);
      const { decided, outcome } = invocation;
      judge(invocation, response, isFailure, statusCode, statusIn(headers));
      const status = String(statusOf(invocation.outcome));
      const said = response.getHeader(header.status);
      if (!headers) response.setHeader(header.status, status);
      const written = headers ? [withStatus(headers, status)] : [];
      try {
        return Reflect.apply(writeHead, response, [statusCode, ...message, ...written]);
      } catch (error) {
        // Node refused the head: whoever wrote it may write another.
        if (!decided && !response.headersSent) {
          invocation.reopen(outcome);
          if (said === undefined) response.removeHeader(header.status);
          else response.setHeader(header.status, said);
        }
        throw error;
      }
    },

    end(...body: unknown[]): unknown {
      if (response.writableEnded) return endAgain(body);
      if (isRefused(response, body[0])) return Reflect.apply(end, response, body);
      if (!response.headersSent) judge(invocation, response, isFailure, response.statusCode);
      // Express tells the error of its own error page one turn after the page.
      const failed = invocation.outcome.status === "failure";
      if (!invocation.end(failed ? nextTurn() : undefined))
        return Reflect.apply(end, response, body);
      const resume = hold(response);
      invocation.onClosed = () => {
        resume();
        Reflect.apply(end, response, body);
      };
      return response;
    },

    destroy(error?: Error): unknown {
      const gone = response.destroyed || invocation.request?.socket.destroyed;
      if (gone || response.writableEnded || invocation.ended)
        return Reflect.apply(destroy, response, [error]);
      invocation.threw(
        error ?? new FcrtError("FCRT_RESPONSE_DESTROYED", "The application destroyed its response"),
      );
      return response;
    },
  });
}

/** Lets what listens to a request and its response run in the scope: their events are emitted from outside it. */
export function bindEmitters(
  invocation: RunningInvocation,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // What `AsyncLocalStorage.snapshot` does, without what that costs on Node 20: 15 µs a call, a third of an invocation.
  const scopes = new AsyncResource("FcrtInvocation", { requireManualDestroy: true });
  for (const emitter of [request, response]) {
    const { emit } = emitter;
    emitter.emit = (...event: unknown[]) => {
      try {
        return scopes.runInAsyncScope(emit, emitter, ...event);
      } catch (error) {
        blame(error, invocation);
        throw error;
      }
    };
  }
}

/** What remains of a response that was taken from its writer. */
export interface Wire {
  readonly headersSent: boolean;
  /** Names and values in turn. */
  head(status: number, headers: readonly string[]): void;
  end(content: string | Uint8Array): void;
  destroy(): void;
}

/** Takes a response from whoever writes it: what they still do to it has no effect, and harms nothing. */
export function takeOver(response: ServerResponse): Wire {
  for (const name of ["writeHead", "end", "destroy", "write"])
    Reflect.deleteProperty(response, name);
  const { writeHead, end, destroy, setHeader, headersSent } = response;
  if (!headersSent) {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    response.statusMessage = "";
  }
  mute(response);
  return {
    headersSent,
    head(status, headers) {
      for (let index = 0; index < headers.length; index += 2) {
        Reflect.apply(setHeader, response, headers.slice(index, index + 2));
      }
      Reflect.apply(writeHead, response, [status]);
    },
    end: (content) => void Reflect.apply(end, response, [content]),
    destroy: () => void Reflect.apply(destroy, response, []),
  };
}

// Between the application's `end` and ours the response looks ended, as it would without us.
function hold(response: ServerResponse): () => void {
  const { writeHead } = response;
  mute(response);
  for (const name of ["writableEnded", "headersSent"]) {
    Object.defineProperty(response, name, { value: true, configurable: true });
  }
  return () => {
    for (const name of [...mutedMethods, "writableEnded", "headersSent"])
      Reflect.deleteProperty(response, name);
    // Whoever wraps it (a session's cookie, say) still has to see the head.
    response.writeHead = writeHead;
  };
}

const mutedMethods = [
  "addTrailers",
  "appendHeader",
  "destroy",
  "end",
  "flushHeaders",
  "removeHeader",
  "setHeader",
  "setHeaders",
  "write",
  "writeHead",
] as const;

function mute(response: ServerResponse): void {
  for (const name of mutedMethods)
    Object.assign(response, { [name]: name === "write" ? () => true : () => response });
}

function judge(
  invocation: RunningInvocation,
  response: ServerResponse,
  isFailure: FailureRule,
  statusCode: number,
  said: string | undefined = textOf(response.getHeader(header.status)),
): void {
  if (invocation.decided) return;
  const failed =
    said === undefined ? countsAsFailure(invocation, isFailure, statusCode) : said !== "200";
  if (failed)
    invocation.fail(
      `The response has status ${statusCode}${said ? ` and ${header.status} ${said}` : ""}`,
    );
  invocation.decide();
}

// What the platform calls itself has no client: there, only success is a success.
function countsAsFailure(
  { kind }: RunningInvocation,
  isFailure: FailureRule,
  statusCode: number,
): boolean {
  return kind === "http-invoke" ? isFailure(statusCode) : statusCode < 200 || statusCode > 299;
}

// What Node's `end` throws at must not find the invocation ended.
function isRefused(response: ServerResponse, chunk: unknown): boolean {
  const { headersSent, statusCode, statusMessage } = response;
  const body =
    chunk === undefined ||
    chunk === null ||
    typeof chunk === "string" ||
    typeof chunk === "function";
  const head =
    headersSent ||
    (statusCode >= 100 &&
      statusCode <= 999 &&
      !/[^\t\x20-\x7e\x80-\xff]/.test(statusMessage ?? ""));
  return !head || !(body || isBytes(chunk));
}

function statusIn(headers: unknown): string | undefined {
  return textOf(entriesOf(headers).find(([name]) => isStatus(name))?.[1]);
}

// In the shape that it came in: Node treats each in its own way, duplicates above all.
function withStatus(headers: unknown, status: string): unknown {
  const entries = entriesOf(headers).filter(([name]) => !isStatus(name));
  entries.push([header.status, status]);
  if (!Array.isArray(headers)) return Object.fromEntries(entries);
  return Array.isArray(headers[0]) ? entries : entries.flat();
}

type Entry = [name: string, value: unknown];

function entriesOf(headers: unknown): Entry[] {
  if (!Array.isArray(headers)) return Object.entries(headers ?? {});
  const items: unknown[] = headers;
  if (Array.isArray(items[0]))
    return items.filter(Array.isArray).map(([name, value]) => [String(name), value]);
  return items.flatMap((name, index): Entry[] =>
    index % 2 === 0 ? [[String(name), items[index + 1]]] : [],
  );
}

function isStatus(name: string): boolean {
  return name.toLowerCase() === header.status;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}
