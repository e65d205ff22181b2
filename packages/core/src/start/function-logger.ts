import { format } from "node:util";
import { now } from "../clock.ts";
import { invalid } from "../option-errors.ts";
import { writeStdout } from "../output/stdout.ts";
import { logLevelVariable } from "../protocol/environment.ts";
import { formatLine } from "../protocol/line.ts";
import { redactSecrets } from "../protocol/redact.ts";

// The built-in runtime's, from the loudest to the quietest.
const levels = ["error", "warn", "info", "verbose", "debug", "silly"] as const;

/** How loud a line is. */
export type LogLevel = (typeof levels)[number];

type Print = (...values: readonly unknown[]) => void;

/** The logger of the built-in runtime's context: each line with time, request ID and level, values as `console.log` has them. */
export interface FunctionLogger extends Readonly<Record<LogLevel, Print>> {
  /** `log("warn", "…")` with a level, else an `info` line. */
  log(...values: readonly unknown[]): void;
  /** Prints what is as loud as this level, and louder. */
  setLogLevel(level: string): void;
}

/** A logger that prints from this level on. */
export function functionLogger(quietest: LogLevel, requestId: () => string): FunctionLogger {
  let limit = quietest;
  const print = (level: LogLevel, values: readonly unknown[]): void => {
    if (levels.indexOf(level) > levels.indexOf(limit)) return;
    const message = redactSecrets(format(...values), "inspection");
    writeStdout(formatLine(now(), requestId(), level.toUpperCase(), message));
  };
  return {
    error: (...values) => print("error", values),
    warn: (...values) => print("warn", values),
    info: (...values) => print("info", values),
    verbose: (...values) => print("verbose", values),
    debug: (...values) => print("debug", values),
    silly: (...values) => print("silly", values),
    log(first, ...rest) {
      if (isLevel(first) && rest.length > 0) print(first, rest);
      else print("info", [first, ...rest]);
    },
    // As under the built-in runtime, a level that there is not changes nothing.
    setLogLevel(level) {
      const known = levels.find((candidate) => candidate === level.toLowerCase());
      if (known) limit = known;
    },
  };
}

/**
 * The quietest level that is printed, as the environment says it.
 *
 * @throws FcrtError FCRT_OPTION_INVALID
 */
export function logLevelOf(text: string = "silly"): LogLevel {
  const level = text.toLowerCase();
  if (isLevel(level)) return level;
  throw invalid(logLevelVariable, `one of ${levels.join(", ")}`, text);
}

function isLevel(value: unknown): value is LogLevel {
  return levels.some((level) => level === value);
}
