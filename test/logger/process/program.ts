import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseLine, parseMarker } from "@fcrt/core/protocol";
import { settled } from "../../adopt/settled.ts";
import { startChild } from "../../support/child.ts";
import type { Child, ChildOptions } from "../../support/child.ts";

/** The path of a fixture of this folder. */
function pathOf(fixture: string): string {
  return fileURLToPath(new URL(`../../fixtures/logger/process/${fixture}`, import.meta.url));
}

/** Starts a fixture. */
export async function start(fixture: string, options: ChildOptions = {}): Promise<Child> {
  return startChild(pathOf(fixture), options);
}

/** Starts a fixture and waits until it serves. */
export async function serving(fixture: string, options: ChildOptions = {}): Promise<Child> {
  const child = await start(fixture, options);
  await child.line("runtime inited.");
  return child;
}

/** What a line of either format says. */
export interface Said {
  readonly requestId: string;
  /** In upper case. */
  readonly level: string;
  readonly message: string;
}

/** Reads a line of either format; a line that is of none is a failure. */
export function saidIn(line: string): Said {
  if (line.startsWith("{")) {
    const { requestId, level, msg } = JSON.parse(line) as Record<string, string>;
    return { requestId: requestId ?? "", level: level?.toUpperCase() ?? "", message: msg ?? "" };
  }
  const parsed = parseLine(line);
  if (!parsed) throw new Error(`Expected a recommended line, got ${line}`);
  return { requestId: parsed.requestId, level: parsed.level, message: parsed.message };
}

/** The messages of all lines, markers left out. */
export function messagesOf(lines: readonly string[]): string[] {
  return lines
    .filter((line) => !parseMarker(line) && !line.startsWith("FunctionCompute "))
    .map((line) => saidIn(line).message);
}

/** The lines that name an invocation, in the form `ID [LEVEL] message` whatever their format, markers as they are. */
export function storyOf({ lines }: Pick<Child, "lines">, id: string): string[] {
  return lines.flatMap((line) => {
    const marker = parseMarker(line);
    if (marker) return marker.requestId === id ? [line] : [];
    if (line.startsWith("FunctionCompute ")) return [];
    const { requestId, level, message } = saidIn(line);
    return requestId === id ? [`${id} [${level}] ${message}`] : [];
  });
}

/** Waits until a program writes no more because nobody reads. */
export async function stuck({ process: { pid } }: Child): Promise<void> {
  await settled(() => Number(/^wchar: (\d+)$/m.exec(procFile(pid, "io"))?.[1] ?? 0));
}

/** The most memory that a process ever had, in MB. */
export function peakMemoryOf({ process: { pid } }: Child): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(procFile(pid, "status"))?.[1] ?? 0) / 1024;
}

/** Whether the system tells what its processes do. */
export const hasProc: boolean = existsSync("/proc/self/io");

function procFile(pid: number | undefined, name: string): string {
  return hasProc ? readFileSync(`/proc/${pid}/${name}`, "utf8") : "";
}
