import { Console } from "node:console";
import { Writable } from "node:stream";
import { processState, redactSecrets } from "@fcrt/core/extension";
import type { Logger } from "pino";
import { logger as defaultLogger } from "./default-logger.ts";
import { redactText } from "./line-format.ts";
import { printable, printableText } from "./printable.ts";

type Level = "debug" | "error" | "info" | "trace" | "warn";

/** The methods that print, and how loud they are. */
const levels: Readonly<Partial<Record<keyof Console, Level>>> = {
  assert: "warn",
  count: "info",
  countReset: "warn",
  debug: "debug",
  dir: "info",
  dirxml: "info",
  error: "error",
  group: "info",
  groupCollapsed: "info",
  groupEnd: "info",
  info: "info",
  log: "info",
  table: "info",
  time: "info",
  timeEnd: "info",
  timeLog: "info",
  trace: "info",
  warn: "warn",
};

const deepest = 2;

// One for all copies of this package.
const state = processState("console", (): { captured?: { restore(): void } | undefined } => ({}));

/**
 * Makes what `console` prints lines of a logger, with Node's own formatting; `console.log` is INFO. Captured once,
 * whoever asks again.
 *
 * @returns a function that gives the console back
 */
export function captureConsole(logger: Logger = defaultLogger): () => void {
  const capturing = (state.captured ??= capture(logger));
  return () => {
    if (state.captured !== capturing) return;
    state.captured = undefined;
    capturing.restore();
  };
}

function capture(logger: Logger): { restore(): void } {
  let level: Level = "info";
  let nesting = 0;
  const printer = consoleTo((text) => {
    logger[level](redactText(text.replace(color, "").replace(/\n$/, "")));
  });
  const originals = new Map<string, unknown>();
  for (const [name, levelOfMethod] of Object.entries(levels)) {
    originals.set(name, Reflect.get(console, name));
    const print: Print = printOf(printer, name);
    const method: Print = (...values) => {
      const outer = level;
      level = levelOfMethod;
      nesting += 1;
      try {
        // What prints itself while it is inspected would never end.
        if (nesting > deepest) printer.log("[printed while it is printed]");
        else print.apply(method, values);
      } catch {
        printer.log(...values.map(printableText));
      } finally {
        level = outer;
        nesting -= 1;
      }
    };
    Reflect.set(console, name, method);
  }
  return { restore: () => originals.forEach((method, name) => Reflect.set(console, name, method)) };
}

function consoleTo(take: (text: string) => void): Console {
  const sink = new Writable();
  // At once, and without the queue of a stream: the line is in the pipe when `console.log` returns.
  sink.write = (text: string) => {
    take(text);
    return true;
  };
  return new Console({ stdout: sink, ignoreErrors: false, colorMode: false });
}

type Print = (...values: unknown[]) => void;

function printOf(printer: Console, name: string): Print {
  const print: Print = Reflect.get(printer, name);
  if (name === "table") return (data, ...columns) => print(withoutSecrets(data), ...columns);
  if (name !== "trace") return print;
  return function trace(this: Print, ...values) {
    const error = { name: "Trace", message: formatted(values), stack: "" };
    // From where it was called, as Node's own does it.
    Error.captureStackTrace(error, this);
    printer.error(error.stack);
  };
}

// As `node:util` does it, which Node would have to load at each start.
function formatted(values: readonly unknown[]): string {
  let text = "";
  consoleTo((part) => (text += part)).log(...values);
  return text.slice(0, -"\n".length);
}

// What a terminal takes for a color.
const color = /\x1b\[[\d;]*m/g;

// In a table the name of a column stands far from its cells.
function withoutSecrets(data: unknown): unknown {
  const json = jsonOf(data);
  const redacted = redactSecrets(json, "json");
  return redacted === json ? data : JSON.parse(redacted);
}

function jsonOf(data: unknown): string {
  try {
    return JSON.stringify(data) ?? "";
  } catch {
    return JSON.stringify(printable(data)) ?? "";
  }
}
