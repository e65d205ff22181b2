import { isSetUpError } from "../errors.ts";
import { writeError, writeLine } from "../invocation/lines.ts";
import { culpritOf } from "../invocation/scope.ts";
import { processState } from "../process-state.ts";
import { hosts } from "./hosts.ts";

const installed = processState("process-events", () => ({ done: false }));

/** Gives crashes and signals of the process to its hosts: once, however many there are. */
export function handleProcessEvents(): void {
  if (installed.done) return;
  installed.done = true;
  // First in line, so that an application's `once` listener still counts.
  process.prependListener("uncaughtException", failByException);
  process.prependListener("unhandledRejection", failByRejection);
  process.on("exit", (code) => {
    for (const host of hosts) host.abandon(code);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.prependListener(signal, stopBySignal);
}

// Node runs these two inside the scope of whoever caused them: the one invocation fails, its neighbours go on.
function failByException(error: unknown): void {
  tell(error);
  if (isOurs("uncaughtException")) void stopAndExit(1);
}

function failByRejection(reason: unknown): void {
  tell(reason);
  const stays =
    culpritOf(reason) && [...hosts].every((host) => host.settings.afterRejection === "stay");
  if (!stays && isOurs("unhandledRejection")) void stopAndExit(1);
}

function tell(error: unknown): void {
  const culprit = culpritOf(error);
  if (culprit) culprit.abort(error);
  else if (isSetUpError(error)) writeLine("ERROR", error.message);
  else writeError(error);
}

let signalled = false;

function stopBySignal(signal: NodeJS.Signals): void {
  if (!isOurs(signal)) {
    // The application stops the process itself, and does not know what the extensions hold.
    for (const host of hosts) void host.flush();
    return;
  }
  if (signalled) process.exit(1);
  signalled = true;
  void stopAndExit(0);
}

let stopping: Promise<void> | undefined;
let exitCode = 0;

async function stopAndExit(code: 0 | 1): Promise<void> {
  exitCode = Math.max(exitCode, code);
  // After a crash nobody knows what state `preStop` would find.
  stopping ??= stopAll(code === 0);
  await stopping;
  exit();
}

async function stopAll(callPreStop: boolean): Promise<void> {
  await Promise.all([...hosts].map((host) => host.stop()));
  if (callPreStop) await Promise.all([...hosts].map((host) => host.preStopUnlessCalled()));
}

// An adopted application that listens itself decides itself what becomes of the process.
function isOurs(event: "uncaughtException" | "unhandledRejection" | NodeJS.Signals): boolean {
  return process.listenerCount(event) === 1 || [...hosts].some((host) => host.ownsProcess);
}

// What `console` has queued on a full pipe would be lost by an exit at once.
function exit(patience = 200): void {
  if (process.stdout.writableLength === 0 || patience === 0) process.exit(exitCode);
  setTimeout(exit, 5, patience - 1);
}
