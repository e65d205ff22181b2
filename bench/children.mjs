// No server outlives the benchmark, whatever ends it.
import { spawn } from "node:child_process";

const running = new Set();

/** Spawns a process that ends with this one at the latest. */
export function startChild(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

/** Ends those that a scenario which failed has left. */
export function stopChildren() {
  for (const child of running) child.kill("SIGKILL");
}

process.once("exit", stopChildren);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
