import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { OutgoingHttpHeaders, RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { adopt, currentInvocation, serve } from "@fcrt/core";
import type { Handlers } from "@fcrt/core";
import { expect } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { startChild } from "../support/child.ts";
import type { Child } from "../support/child.ts";
import { httpInvoke, sendTo } from "../support/platform-request.ts";
import type { PlatformResponse } from "../support/platform-request.ts";

/** What a fixture's `create` returns. */
export interface Application {
  readonly listener: RequestListener;
  readonly fetch?: NonNullable<Handlers["fetch"]>;
}

/** An application that runs, in one of the ways that there are. */
export interface Served {
  readonly port: number;
  readonly lines: readonly string[];
  stop(): Promise<void>;
}

/** How an application comes to follow the contract. */
export interface Way {
  readonly name: string;
  start(file: string): Promise<Served>;
}

/** The folder of the fixtures. */
export const fixtures: string = fileURLToPath(new URL("../fixtures/adopt/", import.meta.url));

/** Every way, to be called in a `describe` because of what it captures. */
export function waysOf(): readonly Way[] {
  const captured = captureStdout();
  return [
    {
      name: "adopt",
      async start(file) {
        const { listener } = await create(file);
        const server = createServer(adopt(listener));
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return {
          port: (server.address() as AddressInfo).port,
          get lines() {
            return captured.lines;
          },
          async stop() {
            server.closeAllConnections();
            await new Promise((resolve) => server.close(resolve));
          },
        };
      },
    },
    {
      name: "serve",
      async start(file) {
        const { listener, fetch } = await create(file);
        const handlers = fetch ? { fetch } : { http: listener };
        const runtime = await serve(handlers, { port: 0, host: "127.0.0.1" });
        return {
          port: runtime.port,
          get lines() {
            return captured.lines;
          },
          stop: () => runtime.close(),
        };
      },
    },
    {
      name: "register",
      async start(file) {
        const ready = "FunctionCompute fcrt runtime inited.";
        let stop = async (): Promise<void> => {};
        const child = await startRegistered(file, (stopChild) => (stop = stopChild));
        await child.line(ready);
        return {
          port: child.port,
          get lines() {
            return child.lines;
          },
          stop: () => stop(),
        };
      },
    },
  ];
}

/** What the fixture of this name makes. */
export async function create(file: string): Promise<Application> {
  Object.assign(globalThis, { currentInvocation });
  const module = (await import(`${fixtures}${file}`)) as { create(): Promise<Application> };
  return module.create();
}

// The program knows nothing of us: the flag that fits its module format brings us in.
async function startRegistered(
  file: string,
  stopWith: (stop: () => Promise<void>) => void,
): Promise<Child> {
  const format = file.endsWith(".cjs") ? "cjs" : "mjs";
  const flag = format === "cjs" ? "--require" : "--import";
  return startChild(`${fixtures}start.${format}`, {
    nodeOptions: [flag, "@fcrt/core/register"],
    env: { APPLICATION: file },
    stopWith,
  });
}

/** A response with the request ID that it answers. */
export interface Answer extends PlatformResponse {
  readonly id: string;
}

/** Sends an HTTP invocation with a request ID of its own. */
export async function call(
  { port }: Pick<Served, "port">,
  method: string,
  path: string,
  { body, headers = {} }: { body?: string | Uint8Array; headers?: OutgoingHttpHeaders } = {},
): Promise<Answer> {
  const id = randomUUID();
  const own = { ...lengthOf(body), ...headers, "x-fc-request-id": id };
  const response = await sendTo(port, { ...httpInvoke(method, path, own), ...(body && { body }) });
  return { ...response, id };
}

function lengthOf(body: string | Uint8Array | undefined): OutgoingHttpHeaders {
  return body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
}

/** How long a condition is waited for. */
export const patience: { readonly timeout: number; readonly interval: number } = {
  timeout: 10_000,
  interval: 10,
};

/** Waits for the End marker of an invocation, then gives all lines that name it. */
export async function linesOf(served: Pick<Served, "lines">, id: string): Promise<string[]> {
  const own = (): string[] => served.lines.filter((line) => line.includes(id));
  await expect
    .poll(() => own().filter((line) => line.startsWith(`FC Invoke End RequestId: ${id}`)), patience)
    .toHaveLength(1);
  return own();
}

/** The lines of an invocation that succeeded and said nothing. */
export function cleanLines(id: string): string[] {
  return [`FC Invoke Start RequestId: ${id}`, `FC Invoke End RequestId: ${id}`];
}

/** Expects one Start and one clean End, and nothing else. */
export async function expectSuccess(served: Pick<Served, "lines">, id: string): Promise<void> {
  expect(await linesOf(served, id)).toEqual(cleanLines(id));
}

/** Expects one Start, then at least one error line, then one End that tells the failure. */
export async function expectFailure(
  served: Pick<Served, "lines">,
  id: string,
  kind: "Handled" | "Unhandled",
): Promise<void> {
  const lines = await linesOf(served, id);
  expect(lines.at(0)).toBe(`FC Invoke Start RequestId: ${id}`);
  expect(lines.at(-1)).toBe(`FC Invoke End RequestId: ${id}, Error: ${kind} function error`);
  expect(lines.filter((line) => line.startsWith("FC "))).toHaveLength(2);
  expect(lines.filter((line) => line.includes(` ${id} [ERROR] `))).not.toHaveLength(0);
}
