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
  if (!isObject(thrown)) return { type: "Error", message: textOf(thrown), stack: [] };
  const type = stringOf(thrown, "name") ?? "Error";
  const message = stringOf(thrown, "message") ?? textOf(thrown);
  // Our own sentences say what was expected and what came; where in our code they were made helps nobody.
  if (type === "FcrtError") return { type: stringOf(thrown, "code") ?? type, message, stack: [] };
  const stack = stringOf(thrown, "stack");
  return { type, message, stack: stack ? stackLinesOf(stack, type, message) : [] };
}

/** A thrown value as text: its stack, then each cause and each error of an AggregateError, to a depth of ten. */
export function errorText(thrown: unknown): string {
  return sectionsOf(thrown, "", new Set(), 0).join("\n");
}

const deepest = 10;
const mostErrors = 20;

function sectionsOf(thrown: unknown, label: string, seen: Set<unknown>, depth: number): string[] {
  if (seen.has(thrown)) return [`${label}[circular]`];
  if (depth > deepest) return [`${label}[and more]`];
  seen.add(thrown);
  const { type, message, stack } = describeError(thrown);
  const headline = isObject(thrown) ? `${type}: ${message}` : message;
  return [
    label + (stack.length > 0 ? stack.join("\n") : headline),
    ...errorsOf(thrown).flatMap((error, index) =>
      sectionsOf(error, `Error ${index + 1}: `, seen, depth + 1),
    ),
    ...causeOf(thrown).flatMap((cause) => sectionsOf(cause, "Caused by: ", seen, depth + 1)),
  ];
}

function causeOf(thrown: unknown): unknown[] {
  const cause = isObject(thrown) ? read(thrown, "cause") : undefined;
  return cause === undefined ? [] : [cause];
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
function stackLinesOf(stack: string, type: string, message: string): string[] {
  const lines = stack.split("\n");
  return stack.includes(message)
    ? lines
    : [`${type}: ${message}`, ...lines.filter((line) => /^\s+at /.test(line))];
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
