import { Console } from "node:console";
import { Writable } from "node:stream";
import { redactSecrets } from "@fcrt/core/extension";
import type { Logger } from "pino";
import { logger as defaultLogger } from "./default-logger.ts";
import { printable } from "./printable.ts";

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

let captured: { restore(): void } | undefined;

/**
 * Makes what `console` prints lines of a logger, with Node's own formatting; `console.log` is INFO. Captured once,
 * whoever asks again.
 *
 * @returns a function that gives the console back
 */
export function captureConsole(logger: Logger = defaultLogger): () => void {
  const capturing = (captured ??= capture(logger));
  return () => {
    if (captured !== capturing) return;
    captured = undefined;
    capturing.restore();
  };
}

function capture(logger: Logger): { restore(): void } {
  let level: Level = "info";
  const sink = new Writable();
  // At once, and without the queue of a stream: the line is in the pipe when `console.log` returns.
  sink.write = (text: string) => {
    logger[level](redactSecrets(text.replace(/\n$/, "")));
    return true;
  };
  const printer = new Console({ stdout: sink, ignoreErrors: false, colorMode: false });
  const originals = new Map<string, unknown>();
  for (const [name, levelOfMethod] of Object.entries(levels)) {
    originals.set(name, Reflect.get(console, name));
    const print: (...values: unknown[]) => void = Reflect.get(printer, name);
    Reflect.set(console, name, (...values: unknown[]) => {
      const outer = level;
      level = levelOfMethod;
      try {
        print(...values);
      } catch {
        print(...values.map(printable));
      } finally {
        level = outer;
      }
    });
  }
  return { restore: () => originals.forEach((method, name) => Reflect.set(console, name, method)) };
}
