import { inspect } from "node:util";
import fc from "fast-check";
import { anySecret, anyText } from "./texts.ts";

/** How a value is made: plain data, so that a failure can show it whatever the value does when it is read. */
export interface Recipe {
  readonly kind: string;
  readonly text: string;
  readonly secret: string;
  readonly parts: readonly Recipe[];
}

/** Recipes of values that a program can hand to a logger, or throw. */
export function anyRecipe(): fc.Arbitrary<Recipe> {
  return fc.letrec<{ recipe: Recipe }>((tie) => ({
    recipe: fc.record({
      kind: fc.oneof(
        { weight: 50, arbitrary: fc.constantFrom(...Object.keys(kinds)) },
        { weight: 1, arbitrary: fc.constantFrom(...Object.keys(greatKinds)) },
      ),
      text: anyText,
      secret: anySecret,
      parts: fc.oneof(
        { maxDepth: 3, depthSize: "small" },
        fc.constant<Recipe[]>([]),
        fc.array(tie("recipe"), { maxLength: 3 }),
      ),
    }),
  })).recipe;
}

/** Makes the value of a recipe, anew each time. */
export function valueOf(recipe: Recipe): unknown {
  const make = kinds[recipe.kind] ?? greatKinds[recipe.kind];
  return make?.(recipe, recipe.parts.map(valueOf));
}

const ourKeys = [
  "err",
  "level",
  "time",
  "requestId",
  "msg",
  "pid",
  "hostname",
  "toJSON",
  "then",
  "stack",
  "constructor",
];

type Make = (recipe: Omit<Recipe, "kind">, parts: unknown[]) => unknown;

const kinds: Readonly<Record<string, Make>> = {
  text: ({ text }) => text,
  list: ({ text }, parts) => [text, ...parts],
  object: ({ text }, parts) => Object.fromEntries([[text, text], ...named(text, parts)]),
  "object like Map": ({ text }, parts) => new Map([[text, text], ...named(text, parts)]),
  "object like Set": ({ text }, parts) => new Set([text, ...parts]),
  "object with a symbol": ({ text }, parts) => ({ [Symbol(text)]: parts }),
  "object without a prototype": ({ text }, parts) =>
    Object.assign(Object.create(null), { [text]: parts }),
  "object with a key __proto__": ({ text }, parts) =>
    Object.defineProperty({}, "__proto__", { value: { text, parts }, enumerable: true }),
  "object that pollutes": ({ text }) =>
    JSON.parse(
      `{"__proto__":{"polluted":${JSON.stringify(text)}},"constructor":{"prototype":{"polluted":1}}}`,
    ),
  "object with keys of ours": ({ text }, parts) =>
    Object.fromEntries(ourKeys.map((key, index) => [key, parts[index] ?? text])),
  "headers with a secret": ({ text, secret }, parts) => ({
    "user-agent": text,
    authorization: secret,
    Cookie: [secret, secret],
    parts,
    last: text,
  }),
  "raw headers with a secret": ({ text, secret }) => {
    const fields = {
      "User-Agent": text,
      "Proxy-Authorization": secret,
      "x-fc-security-token": secret,
    };
    return Object.entries(fields).flat();
  },
  error: ({ text }, parts) => Object.assign(new Error(text), { name: text, parts }),
  "error with a cause": ({ text }, parts) => new TypeError(text, { cause: parts[0] }),
  "error with errors": ({ text }, parts) => new AggregateError(parts, text),
  // A list for a name is made a bare text, where no name is told from a value any more.
  "error with other parts": ({ text }, parts) =>
    Object.assign(new Error("x"), { message: [text], stack: 7n, name: { text }, cause: parts[0] }),
  "error that refuses to be read": () => {
    const error = new Error("x");
    // The stack first: it is made of the others when it is replaced.
    for (const key of ["stack", "message", "name", "cause", "code"])
      Object.defineProperty(error, key, { get: refuse });
    return error;
  },
  "getter that throws": ({ text }, parts) =>
    Object.defineProperty({ text, parts }, "bad", { get: refuse, enumerable: true }),
  "toJSON that throws": ({ text }, parts) => ({ text, parts, toJSON: refuse }),
  "toJSON that lies": ({ text }, parts) => ({ text, toJSON: () => parts[0] }),
  "inspection that throws": ({ text }, parts) => ({ text, parts, [inspect.custom]: refuse }),
  "inspection that lies": ({ text }) => ({ [inspect.custom]: () => text }),
  "text that throws": () => ({ toString: refuse, valueOf: refuse, [Symbol.toPrimitive]: refuse }),
  "proxy that throws": () => new Proxy({}, traps()),
  "function like a proxy that throws": () => new Proxy(() => {}, traps()),
  "revoked proxy": () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  cycle: ({ text }, parts) => {
    const value: Record<string, unknown> = { text, parts };
    return Object.assign(value, { self: value, list: [value] });
  },
  function: ({ text }) => Object.defineProperty(() => {}, "name", { value: text }),
  class: () => class Some extends Map {},
  symbol: ({ text }) => Symbol(text),
  bigint: () => 10n,
  number: () => Number.NaN,
  "invalid date": () => new Date(Number.NaN),
  bytes: ({ text }) => Buffer.from(text),
  "object that pretends to be an error": () => Object.create(Error.prototype),
  nothing: () => undefined,
  null: () => null,
};

// Each takes milliseconds to print.
const greatKinds: Readonly<Record<string, Make>> = {
  "great depth": ({ text }) => {
    let value: object = { text };
    for (let depth = 0; depth < 2_000; depth += 1) value = { value };
    return value;
  },
  "great length": ({ text }) => `${text}${"x".repeat(40_000)}${text}`,
};

function named(text: string, parts: readonly unknown[]): [string, unknown][] {
  return parts.map((part, index) => [`${text}${index}`, part]);
}

function traps(): ProxyHandler<object> {
  return Object.fromEntries(
    Reflect.ownKeys(Reflect)
      .filter((key) => typeof key === "string")
      .map((trap) => [trap, refuse]),
  );
}

function refuse(): never {
  throw new Error("hostile");
}
