import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createServer } from "node:net";
import { onTestFinished } from "vitest";

/** A program that runs as a process of its own. */
export interface Child {
  readonly process: ChildProcess;
  readonly port: number;
  /** What it has written so far, complete lines only. */
  readonly lines: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  /** Waits for a line that matches, among those written and those to come. */
  line(pattern: RegExp | string): Promise<string>;
  /** Waits until the process is gone and its pipes are read. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** How a program is started. */
export interface ChildOptions {
  readonly node?: string;
  readonly nodeOptions?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const patience = 10_000;

/**
 * Starts a JavaScript file on a free port, which it finds in `FC_SERVER_PORT`, and kills it when the test is over.
 * The environment holds nothing else of the platform.
 */
export async function startChild(file: string, options: ChildOptions = {}): Promise<Child> {
  const port = await freePort();
  const { node = process.execPath, nodeOptions = [], env = {} } = options;
  const child = spawn(node, [...nodeOptions, file], {
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
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exited;
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
    async line(pattern) {
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
        child.once("close", () => fail("The process ended"));
        look();
      });
    },
  };
}

/** A port that nothing listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}
