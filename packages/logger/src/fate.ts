import { AsyncLocalStorage } from "node:async_hooks";
import { currentInvocation, processState } from "@fcrt/core/extension";
import type { Logger } from "pino";
import { isSampled } from "./invocation-lines.ts";
import type { Settings } from "./options.ts";

/** What becomes of a line: written, held until its invocation fails, or not made at all. */
export type Fate = "write" | "hold" | "skip";

// One for all copies of this package.
const levelHere = processState("log-level", () => new AsyncLocalStorage<string>());

/** Decides by the logger's level, and by what holds for the invocation alone. */
export function fateOf(
  logger: Pick<Logger, "levels" | "levelVal">,
  level: number,
  settings: Settings,
): Fate {
  const { values } = logger.levels;
  if (logger.levelVal === Infinity) return "skip";
  const own = levelHere.getStore();
  const threshold = (own === undefined ? undefined : values[own]) ?? logger.levelVal;
  if (level >= threshold) return "write";
  const { debugSample, bufferUntilError } = settings;
  if (debugSample === 0 && bufferUntilError === undefined) return "skip";
  const invocation = currentInvocation();
  if (!invocation) return "skip";
  if (level >= (values["debug"] ?? Infinity) && isSampled(invocation, debugSample)) return "write";
  const held = bufferUntilError !== undefined && level >= (values[bufferUntilError] ?? Infinity);
  return held && !invocation.ended ? "hold" : "skip";
}

/**
 * Runs a function whose lines, and those of all that it starts, go by this level instead of the logger's:
 * `withLevel("debug", () => charge(order))`. A level that a logger does not know changes nothing for it.
 */
export function withLevel<Result>(level: string, run: () => Result): Result {
  return levelHere.run(level, run);
}
