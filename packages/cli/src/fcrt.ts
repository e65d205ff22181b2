#!/usr/bin/env node
import { constants } from "node:os";
import { Command, CommanderError } from "commander";
import manifest from "../package.json" with { type: "json" };
import { CannotRun } from "./cannot-run.ts";
import { checkCommand } from "./commands/check.ts";
import { invokeCommand } from "./commands/invoke.ts";
import { printable } from "./report/report.ts";

const cannotRun = 2;

// Programs that were started are killed when this one exits: see gateway/program.ts.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
// Whoever reads the report may have seen enough.
process.stdout.on("error", () => process.exit());

const fcrt = new Command("fcrt")
  .description("A local Function Compute: checks and invokes custom runtimes.")
  .version(manifest.version)
  .enablePositionalOptions()
  .addCommand(checkCommand())
  .addCommand(invokeCommand());
for (const command of [fcrt, ...fcrt.commands]) command.exitOverride().showHelpAfterError(false);

try {
  await fcrt.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}

function exitCodeOf(error: unknown): number {
  // Commander has printed its own sentence, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : cannotRun;
  if (!(error instanceof CannotRun)) throw error;
  process.stderr.write(`fcrt: ${printable(error.message)}\n`);
  return cannotRun;
}
