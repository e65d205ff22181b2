import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { onTestFinished } from "vitest";
import { expectNoCanary } from "./no-canary.ts";

/** A program that runs as a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  readonly port: number;
  /** What it has written so far, complete lines only. */
  readonly lines: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** Waits for a line that matches, among those written and those to come; ten seconds unless told. */
  line(pattern: RegExp | string, patience?: number): Promise<string>;
  /** Waits until the process is gone and its pipes are read. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** How a program is started. */
export interface ChildOptions {
  readonly node?: string;
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Is given what stops the child.
   * @default onTestFinished
   */
  readonly stopWith?: (stop: () => Promise<void>) => void;
}

/**
 * Starts a JavaScript file on a free port, which it finds in `FC_SERVER_PORT`, and kills it when the test is over: no
 * credential may stand in what it has printed.
 * The environment holds nothing else of the platform.
 */
export async function startChild(file: string, options: ChildOptions = {}): Promise<Child> {
  const port = await freePort();
  const { node = process.execPath, nodeOptions = [], env = {} } = options;
  const { stopWith = onTestFinished } = options;
  const child = spawn(node, [...nodeOptions, file], {
    // What the options name is found from where the program is.
    cwd: dirname(file),
    env: { PATH: process.env["PATH"], FC_SERVER_PORT: String(port), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  stopWith(async () => {
    child.kill("SIGKILL");
    await exited;
    expectNoCanary("what a program printed", stdout + stderr);
  });
  return {
    process: child,
    port,
    exited,
    get lines() {
      return stdout.split("\n").slice(0, -1);
    },
    get stdout() {
      return stdout;
    },
    get stderr() {
      return stderr;
    },
    async line(pattern, patience = 10_000) {
      const matches = (line: string): boolean =>
        typeof pattern === "string" ? line.includes(pattern) : pattern.test(line);
      return new Promise((resolve, reject) => {
        const fail = (why: string): void =>
          reject(new Error(`${why} before a line ${pattern}:\n${stdout}\n${stderr}`));
        const timer = setTimeout(() => fail(`${patience} ms passed`), patience);
        const look = (): void => {
          const found = stdout.split("\n").slice(0, -1).find(matches);
          if (found === undefined) return;
          clearTimeout(timer);
          child.stdout.off("data", look);
          resolve(found);
        };
        child.stdout.on("data", look);
        void exited.then(() => fail("The process ended"));
        look();
      });
    },
  };
}

/** A port that nothing listens on now, and that no system gives to a connection of its own accord. */
export async function freePort(): Promise<number> {
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
