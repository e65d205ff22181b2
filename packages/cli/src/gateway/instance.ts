import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { defaultPort } from "@fcrt/core/protocol";
import { CannotRun } from "../cannot-run.ts";
import { Connections } from "./connections.ts";
import { environmentOf } from "./function-facts.ts";
import type { FunctionFacts } from "./function-facts.ts";
import type { Log } from "./log.ts";
import { describeExit, Program } from "./program.ts";

/** Where a function comes from: a command that we start, or a server that somebody else did. */
export type Target = { readonly command: readonly string[] } | { readonly url: URL };

/** One running environment of a function, from its start to its end. */
export interface Instance {
  /** Absent when somebody else started it. */
  readonly program: Program | undefined;
  readonly host: string;
  readonly port: number;
  /** The port that it was told in its environment. */
  readonly wantedPort: number;
  readonly connections: Connections;
  /** In milliseconds, from the start of the program until it accepted a connection. */
  readonly startTime: number;
}

/**
 * Starts the program and waits until it accepts a connection. One that listens on the platform's default port, whatever
 * its environment says, is met there: on the platform the port is configured.
 *
 * @throws CannotRun when it cannot be started, ends, or does not listen within `patience` milliseconds
 */
export async function startInstance(
  target: Target,
  facts: FunctionFacts,
  log: Log,
  patience: number,
): Promise<Instance> {
  if ("url" in target) return reachedAt(target.url, patience);

  const { command } = target;
  const wantedPort = await freePort();
  const defaultWasFree = await isFree(defaultPort);
  const ports = defaultWasFree ? [wantedPort, defaultPort] : [wantedPort];
  const started = performance.now();
  const environment = environmentOf(facts, wantedPort, `c-local-${wantedPort}`);
  const program = await Program.start(command, environment, log);
  const port = await firstListening(ports, patience, program);
  if (port === undefined) {
    const { exit } = program;
    if (!exit) await program.kill();
    else await program.ended;
    const what = exit
      ? `it ended with ${describeExit(exit)}`
      : `it did not within ${patience / 1000} s`;
    const inUse = defaultWasFree ? "" : ` (port ${defaultPort} is in use by another program)`;
    throw new CannotRun(
      `Expected \`${command.join(" ")}\` to listen on port ${wantedPort}, which FC_SERVER_PORT names: ${what}${inUse}${lastLines(log)}`,
    );
  }
  const startTime = performance.now() - started;
  const connections = new Connections(host, port);
  return { program, host, port, wantedPort, connections, startTime };
}

/** Whether something accepts a connection there. */
export async function isListening(address: string, port: number): Promise<boolean> {
  const socket = connect({ host: address, port });
  const accepted = await new Promise<boolean>((resolve) => {
    socket.setTimeout(2000, () => resolve(false));
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  socket.destroy();
  return accepted;
}

const host = "127.0.0.1";

async function reachedAt(url: URL, patience: number): Promise<Instance> {
  const port = Number(url.port || 80);
  const started = performance.now();
  if (
    (await firstListening([port], Math.min(patience, 5000), undefined, url.hostname)) === undefined
  )
    throw new CannotRun(`Expected a runtime to listen at \`${url.origin}\`, got no connection`);
  return {
    program: undefined,
    host: url.hostname,
    port,
    wantedPort: port,
    connections: new Connections(url.hostname, port),
    startTime: performance.now() - started,
  };
}

async function firstListening(
  ports: readonly number[],
  patience: number,
  program: Program | undefined,
  address = host,
): Promise<number | undefined> {
  const deadline = performance.now() + patience;
  for (;;) {
    for (const port of ports) {
      const accepted = await isListening(address, port);
      if (program?.exit) return undefined;
      if (accepted) return port;
    }
    if (performance.now() > deadline) return undefined;
    await pause(10);
  }
}

/** Below the ports that a system gives to connections of its own accord. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 22_000);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "0.0.0.0", () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}

function lastLines({ lines }: Log): string {
  const last = lines.slice(-10).map(({ text }) => `\n  ${text.slice(0, 500)}`);
  return last.length > 0 ? `. It wrote last:${last.join("")}` : ". It wrote nothing.";
}
