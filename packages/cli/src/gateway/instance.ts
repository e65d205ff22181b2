import { connect, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { defaultPort, variable } from "@fcrt/core/protocol";
import { CannotRun } from "../cannot-run.ts";
import { Connections } from "./connections.ts";
import { environmentOf } from "./function-facts.ts";
import type { FunctionFacts } from "./function-facts.ts";
import { listeningPortsOf } from "./listening-ports.ts";
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
  configured: Readonly<Record<string, string>>,
): Promise<Instance> {
  if ("url" in target) return reachedAt(target.url, patience);

  const wantedPort = await freePort();
  const started = performance.now();
  const platforms = environmentOf(facts, wantedPort, `c-local-${wantedPort}`);
  const environment = { ...platforms, ...configured };
  const program = await Program.start(target.command, environment, log);
  const port = await portOf(program, wantedPort, patience);
  if (port === undefined) throw await neverListens(target.command, program, wantedPort, log);

  const startTime = performance.now() - started;
  const connections = new Connections(host, port);
  return { program, host, port, wantedPort, connections, startTime };
}

/** Whether something accepts a connection there. */
export async function isListening(address: string, port: number): Promise<boolean> {
  const socket = connect({ host: address, port });
  const accepted = await new Promise<boolean>((resolve) => {
    // Timers come first when this process has stood still: then what was accepted meanwhile is seen before it counts.
    socket.setTimeout(2000, () => setImmediate(resolve, false));
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  socket.destroy();
  return accepted;
}

const host = "127.0.0.1";

async function reachedAt(url: URL, patience: number): Promise<Instance> {
  const port = Number(url.port || 80);
  const started = performance.now();
  const deadline = started + Math.min(patience, mostRemotePatience);
  while (!(await isListening(url.hostname, port))) {
    if (performance.now() > deadline)
      throw new CannotRun(`Expected a runtime to listen at \`${url.origin}\`, got no connection`);
    await pause(pollInterval);
  }
  return {
    program: undefined,
    host: url.hostname,
    port,
    wantedPort: port,
    connections: new Connections(url.hostname, port),
    startTime: performance.now() - started,
  };
}

// Somebody else has started it already.
const mostRemotePatience = 5000;
const pollInterval = 10;

async function portOf(
  program: Program,
  wantedPort: number,
  patience: number,
): Promise<number | undefined> {
  const deadline = performance.now() + patience;
  while (performance.now() < deadline) {
    for (const port of [wantedPort, defaultPort]) {
      const accepted = await isListening(host, port);
      if (program.exit) return undefined;
      if (accepted && (port === wantedPort || isOwn(port, program))) return port;
    }
    await pause(pollInterval);
  }
  return undefined;
}

// On the default port anybody may listen.
function isOwn(port: number, { id }: Program): boolean {
  return listeningPortsOf(id)?.includes(port) ?? true;
}

async function neverListens(
  command: readonly string[],
  program: Program,
  wantedPort: number,
  log: Log,
): Promise<CannotRun> {
  const elsewhere = listeningPortsOf(program.id)?.join(", ");
  const exit = program.exit && (await program.ended);
  await program.kill();
  const happened = exit
    ? `it ended with ${describeExit(exit)}`
    : elsewhere
      ? `it listens on port ${elsewhere} instead`
      : "it does not";
  const expected = `Expected \`${command.join(" ")}\` to listen on port ${wantedPort}, which ${variable.port[0]} names, or on ${defaultPort}`;
  return new CannotRun(`${expected}: ${happened}${lastLines(log)}`);
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

// Without stacks: what went wrong stands above them.
function lastLines({ lines }: Log): string {
  const telling = lines.filter(({ text }) => text.trim() !== "" && !/^\s+at /.test(text));
  const last = telling.slice(-10).map(({ text }) => `\n  ${text.slice(0, 500)}`);
  return last.length > 0 ? `. It wrote last:${last.join("")}` : ". It wrote nothing.";
}
