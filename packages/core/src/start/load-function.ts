import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { FcrtError } from "../errors.ts";
import { shown } from "../option-errors.ts";
import type { BuiltInFunction } from "./answer.ts";

/**
 * Loads a function by its name `file.export` from an ES module, a CommonJS module, or TypeScript where Node strips
 * types or a loader is registered.
 *
 * @throws FcrtError FCRT_HANDLER_NOT_FOUND, FCRT_HANDLER_NOT_LOADED
 */
export async function loadFunction(name: string, root = "."): Promise<BuiltInFunction> {
  const dot = name.lastIndexOf(".");
  const file = fileOf(name.slice(0, dot), resolve(root));
  return functionIn(await load(file), name.slice(dot + 1), file);
}

const extensions = [".js", ".mjs", ".cjs", ".ts", ".mts", ".cts"];

function fileOf(base: string, root: string): string {
  const found = extensions
    .map((extension) => resolve(root, base + extension))
    .find((file) => existsSync(file));
  if (found) return found;
  throw new FcrtError(
    "FCRT_HANDLER_NOT_FOUND",
    `Expected \`${base}\` with one of ${extensions.join(" ")} in \`${root}\`, found none`,
  );
}

async function load(file: string): Promise<unknown> {
  try {
    return await import(/* webpackIgnore: true */ pathToFileURL(file).href);
  } catch (cause) {
    throw notLoaded(file, cause);
  }
}

function notLoaded(file: string, cause: unknown): FcrtError {
  if (/\.[mc]?ts$/.test(file) && codeOf(cause) === "ERR_UNKNOWN_FILE_EXTENSION")
    return new FcrtError(
      "FCRT_HANDLER_NOT_LOADED",
      `Expected a Node that strips types (22.18 or later) for \`${file}\`, got ${process.version}: compile it to JavaScript, or register a loader`,
    );
  const message = `Expected \`${file}\` to load, but it failed`;
  return new FcrtError("FCRT_HANDLER_NOT_LOADED", message, { cause: withOwnFrames(cause) });
}

// Node's loader stands between the frames of the module and those of whoever started it, which help nobody.
function withOwnFrames(error: unknown): unknown {
  if (!(error instanceof Error) || typeof error.stack !== "string") return error;
  const lines = error.stack.split("\n");
  const last = lines.findLastIndex(isLoaders);
  const own = lines.slice(0, last).filter((line) => !isLoaders(line));
  if (last !== -1) Reflect.set(error, "stack", own.join("\n"));
  return error;
}

function isLoaders(line: string): boolean {
  return /^ +at .*node:internal\/modules\//.test(line);
}

function functionIn(loaded: unknown, name: string, file: string): BuiltInFunction {
  for (const owner of ownersIn(loaded)) {
    const exported: unknown = Reflect.get(owner, name);
    if (isFunction(exported)) return exported.bind(owner);
  }
  throw notExported(loaded, name, file);
}

// CommonJS comes as the default export, and a compiler's default export inside of that.
function ownersIn(loaded: unknown, depth = 0): object[] {
  const isOwner = typeof loaded === "object" || typeof loaded === "function";
  if (!isOwner || loaded === null || depth > 2) return [];
  return [loaded, ...ownersIn(Reflect.get(loaded, "default"), depth + 1)];
}

function isFunction(value: unknown): value is BuiltInFunction {
  return typeof value === "function";
}

function notExported(loaded: unknown, name: string, file: string): FcrtError {
  const owners = ownersIn(loaded);
  const value: unknown = owners.map((owner) => Reflect.get(owner, name)).find(Boolean);
  const names = new Set(owners.flatMap((owner) => Object.keys(owner)).filter(isTelling));
  const list = [...names].slice(0, mostNames).map((known) => `\`${known}\``);
  return new FcrtError(
    "FCRT_HANDLER_NOT_FOUND",
    `Expected \`${file}\` to export a function \`${name}\`, got \`${shown(value)}\`; it exports ${list.join(", ") || "nothing"}`,
  );
}

const mostNames = 20;

// The others are there in every CommonJS module.
function isTelling(name: string): boolean {
  return name !== "default" && name !== "module.exports" && name !== "__esModule";
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
