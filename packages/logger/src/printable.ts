import { redactSecrets } from "@fcrt/core/extension";

/**
 * A copy of a value that can be read without a throw: what a getter, a `toJSON` or a proxy refuses reads
 * `[unreadable]`, what is too deep or seen before says so.
 */
export function printable(value: unknown): unknown {
  return copyOf(value, 0, new Set());
}

/** The same as text without its secrets, where it is an object: no conversion of somebody's own takes part. */
export function printableText(value: unknown): unknown {
  const copy = printable(value);
  return typeof copy === "object" && copy !== null
    ? redactSecrets(JSON.stringify(copy), "json")
    : copy;
}

const deepest = 5;
const most = 100;

function copyOf(value: unknown, depth: number, path: ReadonlySet<unknown>): unknown {
  if (typeof value === "bigint" || typeof value === "symbol") return String(value);
  if (typeof value === "function") return "[function]";
  if (typeof value !== "object" || value === null) return value;
  if (path.has(value)) return "[circular]";
  if (depth >= deepest) return "[deeper]";
  try {
    return membersOf(value, depth, new Set(path).add(value));
  } catch {
    return "[unreadable]";
  }
}

function membersOf(value: object, depth: number, path: ReadonlySet<unknown>): unknown {
  if (Array.isArray(value))
    return value.slice(0, most).map((item) => copyOf(item, depth + 1, path));
  const names = [
    ...(value instanceof Error ? ["name", "message", "stack"] : []),
    ...Object.keys(value),
  ];
  return Object.fromEntries(
    names.slice(0, most).map((name) => [name, memberOf(value, name, depth, path)]),
  );
}

function memberOf(value: object, name: string, depth: number, path: ReadonlySet<unknown>): unknown {
  try {
    return copyOf(Reflect.get(value, name), depth + 1, path);
  } catch {
    return "[unreadable]";
  }
}
