#!/usr/bin/env node
import { constants } from "node:os";
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { CannotRun } from "./cannot-run.ts";
import { checkCommand } from "./commands/check.ts";
import { invokeCommand } from "./commands/invoke.ts";
import { startCommand } from "./commands/start.ts";
import { printable } from "./report/report.ts";

const cannotRun = 2;

const fcrt = new Command("fcrt")
  .description(
    "A local Function Compute: checks and invokes custom runtimes, and starts built-in handlers in one.",
  )
  .version(manifest.version)
  .enablePositionalOptions()
  .addCommand(checkCommand())
  .addCommand(invokeCommand())
  .addCommand(startCommand())
  // A function that is served has its own way to end.
  .hook("preAction", (_fcrt, command) => {
    if (command.name() !== "start") endWithUser();
  });
for (const command of [fcrt, ...fcrt.commands]) command.exitOverride().showHelpAfterError(false);

try {
  await fcrt.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function endWithUser(): void {
  // Programs that were started are killed when this one exits: see gateway/program.ts.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(signal, () => process.exit(128 + constants.signals[signal]));
  // Whoever reads the report may have seen enough.
  process.stdout.on("error", () => process.exit());
}

function exitCodeOf(error: unknown): number {
  // Commander has printed its own sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : cannotRun;
  if (!(error instanceof CannotRun)) throw error;
  process.stderr.write(`fcrt: ${printable(error.message)}\n`);
  return cannotRun;
}
