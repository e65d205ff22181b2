import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** How a run of `fcrt` has ended. */
export interface Run {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How `fcrt` is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly node?: string;
  readonly nodeOptions?: readonly string[];
  readonly input?: string;
  /** Is given the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
  /**
   * Is given what stops it.
   * @default onTestFinished
   */
  readonly stopWith?: (stop: () => Promise<void>) => void;
}

/** The built command. */
export const bin: string = fileURLToPath(
  new URL("../../packages/cli/dist/fcrt.mjs", import.meta.url),
);

/** Where the runtimes that keep and break rules are. */
export const fixtures: string = fileURLToPath(new URL("../fixtures/rules/", import.meta.url));

/** Runs the built command as a user does, to its end. */
export async function fcrt(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  const {
    node = process.execPath,
    cwd = fixtures,
    env = {},
    input,
    onStart,
    nodeOptions = [],
  } = options;
  const { stopWith = onTestFinished } = options;
  const child = spawn(node, [...nodeOptions, bin, ...args], {
    cwd,
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Run>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  stopWith(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  child.stdin.on("error", () => {}).end(input);
  onStart?.(child);
  return ended;
}

/** A rule in the JSON report. */
export interface ReportedRule {
  readonly id: string;
  readonly family: string;
  readonly severity: "must" | "should";
  readonly title: string;
  readonly source: string;
  readonly result: "passed" | "failed" | "skipped";
  readonly expected?: string;
  readonly seen?: string;
  readonly reason?: string;
}

/** The rules in the report of `fcrt check --reporter json`. */
export function rulesIn({ stdout, stderr }: Run): readonly ReportedRule[] {
  if (!stdout.startsWith("{")) throw new Error(`Expected a report, got ${stdout}${stderr}`);
  return (JSON.parse(stdout) as { rules: ReportedRule[] }).rules;
}

/** Whether a process is no more; one that is dead and that nobody has asked about yet is gone too. */
export function isGone(pid: number): boolean {
  const stat = `/proc/${pid}/stat`;
  return !existsSync(stat) || /\) [ZX] /.test(readFileSync(stat, "utf8"));
}
