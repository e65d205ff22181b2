import { isSetUpError } from "../errors.ts";
import { writeError, writeLine } from "../invocation/lines.ts";
import { scope } from "../invocation/scope.ts";
import { processState } from "../process-state.ts";
import { hosts } from "./host.ts";

const installed = processState("process-events", () => ({ done: false }));

/** Gives crashes and signals of the process to its hosts: once, however many there are. */
export function handleProcessEvents(): void {
  if (installed.done) return;
  installed.done = true;
  process.on("uncaughtException", failByException);
  process.on("unhandledRejection", failByRejection);
  process.on("exit", (code) => {
    for (const host of hosts) host.invocations.abandon(code);
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, stopBySignal);
}

// Node runs these two inside the scope of whoever caused them: the one invocation fails, its neighbours go on.
function failByException(error: unknown): void {
  tell(error);
  if (isOurs("uncaughtException")) void stopAndExit(1);
}

function failByRejection(reason: unknown): void {
  tell(reason);
  const invocation = scope.getStore();
  const stays = invocation && [...hosts].every((host) => host.settings.afterRejection === "stay");
  if (!stays && isOurs("unhandledRejection")) void stopAndExit(1);
}

function tell(error: unknown): void {
  const invocation = scope.getStore();
  if (invocation) invocation.abort(error);
  else if (isSetUpError(error)) writeLine("ERROR", error.message);
  else writeError(error);
}

let signalled = false;

function stopBySignal(signal: NodeJS.Signals): void {
  if (!isOurs(signal)) return;
  if (signalled) process.exit(1);
  signalled = true;
  void stopAndExit(0);
}

async function stopAndExit(code: 0 | 1): Promise<void> {
  const stopped = [...hosts];
  await Promise.all(stopped.map((host) => host.stop()));
  // After a crash nobody knows what state the hook would find.
  if (code === 0) await Promise.all(stopped.map((host) => host.preStopUnlessCalled()));
  exit(code);
}

// An adopted application that listens itself decides itself what becomes of the process.
function isOurs(event: "uncaughtException" | "unhandledRejection" | NodeJS.Signals): boolean {
  return process.listenerCount(event) === 1 || [...hosts].some((host) => host.ownsProcess);
}

// What `console` has queued on a full pipe would be lost by an exit at once.
function exit(code: number, patience = 200): void {
  if (process.stdout.writableLength === 0 || patience === 0) process.exit(code);
  setTimeout(exit, 5, code, patience - 1);
}
