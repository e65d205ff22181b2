import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import type { Program } from "./program.ts";

/**
 * Lets a program run only while we do not, as far as a Linux with `taskset` (util-linux) can: on the one processor that
 * both have, it stands still from the byte that wakes us until we have looked at everything. What it writes right after a
 * response then mostly shows as such; otherwise it mostly has been written before we look.
 *
 * @returns what undoes it for ourselves; the program stays as it is
 */
export function makeGiveWay({ id }: Program): () => void {
  const cpus = /: ([\d,-]+)\s*$/.exec(output("taskset", ["-cp", String(process.pid)]))?.[1];
  const [cpu] = cpus?.match(/\d+/) ?? [];
  if (cpus === undefined || cpu === undefined) return () => {};
  lowerGroupOf(id);
  for (const pid of [id, process.pid]) output("taskset", ["-acp", cpu, String(pid)]);
  return () => void output("taskset", ["-acp", cpus, String(process.pid)]);
}

function output(command: string, args: readonly string[]): string {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", timeout: 2000 });
  return status === 0 ? stdout : "";
}

// The kernel may schedule all processes of one `setsid` together: their own niceness counts only among themselves.
function lowerGroupOf(id: number): void {
  try {
    writeFileSync(`/proc/${id}/autogroup`, "19");
  } catch {
    // A kernel that does not group sessions.
  }
}
