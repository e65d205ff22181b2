// A pipe like the platform's: what Node makes for a child's stdout is a pair of sockets.
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The end to give to a child and to close then, and a stream of what it writes. */
export function createPipe() {
  const folder = mkdtempSync(join(tmpdir(), "fcrt-bench-"));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  const reading = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(path, "w");
  rmSync(folder, { recursive: true });
  return {
    reader: new Socket({ fd: reading, readable: true, writable: false }),
    writing,
    close: () => closeSync(writing),
  };
}
