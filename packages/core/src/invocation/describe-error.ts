import { mostLines } from "../protocol/line.ts";
import { redactSecrets } from "../protocol/redact.ts";

/** The parts of a thrown value that can be shown, read so that no getter, proxy or cycle can throw or hang. */
export interface ErrorDescription {
  /** The name of the error, of this package's own the code; `Error` for a thrown value that has none. */
  readonly type: string;
  readonly message: string;
  /** The stack's lines, the first one naming type and message; empty for a thrown value that is no error. */
  readonly stack: readonly string[];
}

/** Type, message and stack of a thrown value, whatever it is. */
export function describeError(thrown: unknown): ErrorDescription {
  const { type, message, stack } = partsOf(thrown);
  return { type, message, stack: stack === "" ? [] : stack.split("\n", mostLines) };
}

/** The message of a thrown value, whatever it is. */
export function errorMessage(thrown: unknown): string {
  return (isObject(thrown) ? stringOf(thrown, "message") : undefined) ?? textOf(thrown);
}

/** A thrown value as text: its stack, then each cause and each error of an AggregateError, to a depth of ten. */
export function errorText(thrown: unknown): string {
  return sectionsOf(thrown, "", new Set(), 0);
}

const deepest = 10;
const mostErrors = 20;

function sectionsOf(thrown: unknown, label: string, seen: Set<unknown>, depth: number): string {
  if (seen.has(thrown)) return `${label}[circular]`;
  if (depth > deepest) return `${label}[and more]`;
  seen.add(thrown);
  const { type, message, stack } = partsOf(thrown);
  let text = label + (stack || (isObject(thrown) ? `${type}: ${message}` : message));
  for (const [index, error] of errorsOf(thrown).entries()) {
    text += `\n${sectionsOf(error, `Error ${index + 1}: `, seen, depth + 1)}`;
  }
  const cause = isObject(thrown) ? read(thrown, "cause") : undefined;
  return cause === undefined
    ? text
    : `${text}\n${sectionsOf(cause, "Caused by: ", seen, depth + 1)}`;
}

function partsOf(thrown: unknown): { type: string; message: string; stack: string } {
  const message = errorMessage(thrown);
  if (!isObject(thrown)) return { type: "Error", message, stack: "" };
  const type = stringOf(thrown, "name") ?? "Error";
  // Our own sentences say what was expected and what came; where in our code they were made helps nobody.
  if (type === "FcrtError") return { type: stringOf(thrown, "code") ?? type, message, stack: "" };
  const stack = stringOf(thrown, "stack");
  return { type, message, stack: stack ? currentStack(stack, type, message) : "" };
}

function errorsOf(thrown: unknown): unknown[] {
  const errors = isObject(thrown) ? read(thrown, "errors") : undefined;
  try {
    return Array.isArray(errors) ? errors.slice(0, mostErrors) : [];
  } catch {
    return [];
  }
}

// The stack keeps the name and message that the error was born with; what it says now comes first.
function currentStack(stack: string, type: string, message: string): string {
  if (stack.includes(message)) return stack;
  const calls = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [`${type}: ${message}`, ...calls].join("\n");
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

function stringOf(thrown: object, key: string): string | undefined {
  const value = read(thrown, key);
  return typeof value === "string" ? value : undefined;
}

function read(target: object, key: string): unknown {
  try {
    return Reflect.get(target, key);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  try {
    return (isObject(value) && redactSecrets(JSON.stringify(value) ?? "", "json")) || String(value);
  } catch {
    return "[unprintable]";
  }
}
