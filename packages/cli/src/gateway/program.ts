import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import { CannotRun } from "../cannot-run.ts";
import { LineSplitter } from "./line-splitter.ts";
import type { Log } from "./log.ts";

/** How a program has ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A program and all processes that it starts: they are frozen, thawed and killed together, and none outlives us. */
export class Program {
  /** Resolves when it is gone and all that it wrote is in the log. */
  readonly ended: Promise<Exit>;
  exit: Exit | undefined;
  frozen = false;
  readonly #child: ChildProcess;

  /** @throws CannotRun when the command cannot be started */
  static async start(
    command: readonly string[],
    environment: NodeJS.ProcessEnv,
    log: Log,
  ): Promise<Program> {
    const [file = "", ...args] = command;
    const child = spawn(file, args, {
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      // A group of its own, which signals reach as a whole, and a terminal's Ctrl-C does not.
      detached: hasSignals,
    });
    await new Promise((resolve, reject) => {
      child.once("spawn", resolve).once("error", (error) => reject(cannotStart(file, error)));
    });
    return new Program(child, log);
  }

  private constructor(child: ChildProcess, log: Log) {
    this.#child = child;
    leaveNoneBehind(this);
    const streams = [
      readInto(child.stdout, (text, bytes) => log.add("stdout", text, bytes)),
      readInto(child.stderr, (text, bytes) => log.add("stderr", text, bytes)),
    ];
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        const exit = { code, signal };
        this.exit = exit;
        // The start command is process 1: what it has started goes with it.
        this.signal("SIGKILL");
        running.delete(this);
        const timer = setTimeout(() => streams.forEach((stream) => stream?.destroy()), 500);
        child.once("close", () => {
          clearTimeout(timer);
          resolve(exit);
        });
      });
    });
  }

  get id(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends a signal to the whole group; without effect once it is gone. */
  signal(name: NodeJS.Signals): void {
    try {
      if (hasSignals) process.kill(-this.id, name);
      else this.#child.kill(name);
    } catch {
      // Nobody is left to get it.
    }
  }

  /** @throws CannotRun on Windows */
  freeze(): void {
    if (!hasSignals)
      throw new CannotRun("Freezing needs the signal SIGSTOP, which Windows does not have");
    this.signal("SIGSTOP");
    this.frozen = true;
  }

  thaw(): void {
    if (!this.frozen) return;
    this.signal("SIGCONT");
    this.frozen = false;
  }

  /** Asks it to end as the platform does: the first process alone, and whatever that has started hears of it from there. */
  terminate(): void {
    if (this.exit === undefined) this.#child.kill("SIGTERM");
  }

  async kill(): Promise<Exit> {
    this.signal("SIGKILL");
    return this.ended;
  }

  /** Asks it to end, and kills it when it has not within `patience` milliseconds. */
  async stop(patience: number): Promise<Exit> {
    this.thaw();
    this.terminate();
    const timer = setTimeout(() => this.signal("SIGKILL"), patience);
    const exit = await this.ended;
    clearTimeout(timer);
    return exit;
  }
}

/** Windows has no process groups, and of the signals only the deadly one. */
export const hasSignals: boolean = process.platform !== "win32";

/** `exit code 1` or `signal SIGKILL`. */
export function describeExit({ code, signal }: Exit): string {
  return signal ? `signal ${signal}` : `exit code ${code}`;
}

const running = new Set<Program>();

function leaveNoneBehind(program: Program): void {
  if (running.size === 0 && !process.listeners("exit").includes(killAll))
    process.on("exit", killAll);
  running.add(program);
}

function killAll(): void {
  for (const program of running) program.signal("SIGKILL");
}

function readInto(
  stream: Readable | null,
  onLine: (text: string, bytes: number) => void,
): Readable | null {
  const splitter = new LineSplitter(onLine);
  return (
    stream
      ?.on("data", (chunk: Buffer) => splitter.write(chunk))
      // When it is taken away from a process that would not let go of it, nothing is wrong.
      .on("error", () => {})
      .once("close", () => splitter.end()) ?? null
  );
}

function cannotStart(file: string, error: NodeJS.ErrnoException): CannotRun {
  const reasons: Record<string, string> = {
    ENOENT: "there is no such program",
    EACCES: "it is not executable",
    ENOEXEC: "it is no program; a script needs a first line such as `#!/usr/bin/env node`",
  };
  return new CannotRun(
    `Expected \`${file}\` to be a program, got: ${reasons[error.code ?? ""] ?? error.message}`,
  );
}
