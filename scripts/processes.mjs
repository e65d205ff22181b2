import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { isatty } from "node:tty";
import { root } from "./workspace.mjs";

const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program, one of the workspace's tools by its name, to its end. Resolves to its exit code
 * and, when `quiet` keeps it from the terminal, all that it printed. A death by a signal is 128 and
 * the signal's number, as in a shell.
 */
export async function run(command, args, { quiet = false, ...options } = {}) {
  const stdio = quiet ? ["ignore", "pipe", "pipe"] : "inherit";
  const child = spawn(command, args, { cwd: root, env: toolEnvironment(), stdio, ...options });
  const stopForwarding = forwardStopSignals(child);
  try {
    return await endOf(child);
  } finally {
    stopForwarding();
  }
}

function endOf(child) {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk) => (output += chunk));
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ exitCode: code ?? 128 + constants.signals[signal], output }),
    );
  });
}

function toolEnvironment() {
  const bin = join(root, "node_modules", ".bin");
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
}

/**
 * Whoever asks this process to stop asks the program that it runs, which then decides how and with
 * which exit code. A terminal's Ctrl-C has reached the program already: sent again, it would count
 * as a second, impatient one.
 */
export function forwardStopSignals(child) {
  const forward = (signal) => {
    if (signal !== "SIGINT" || !isatty(0)) child.kill(signal);
  };
  for (const signal of stopSignals) process.on(signal, forward);
  return () => {
    for (const signal of stopSignals) process.off(signal, forward);
  };
}
