import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { CannotRun } from "../cannot-run.ts";

/** @throws CannotRun for what is no number in the range */
export function numberOf(name: string, given: string, least: number, most: number): number {
  const value = Number(given);
  if (given.trim() !== "" && value >= least && value <= most) return value;
  throw new CannotRun(
    `Expected \`${name}\` to be a number from ${least} to ${most}, got \`${given}\``,
  );
}

/** As `numberOf`, and whole. */
export function integerOf(name: string, given: string, least: number, most: number): number {
  if (/^\d+$/.test(given)) return numberOf(name, given, least, most);
  throw new CannotRun(
    `Expected \`${name}\` to be a whole number from ${least} to ${most}, got \`${given}\``,
  );
}

/**
 * An event: a file, JSON itself, or `-` for what comes on stdin.
 *
 * @throws CannotRun for a file that cannot be read
 */
export async function eventOf(name: string, given: string): Promise<string | Uint8Array> {
  if (given === "-") return textOf(process.stdin);
  if (isJson(given)) return given;
  return readFile(name, given);
}

/** @throws CannotRun for a file that cannot be read */
export function readFile(name: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = "" } = error instanceof Error && "code" in error ? error : {};
    const reason = code === "ENOENT" ? "there is no such file" : String(code);
    throw new CannotRun(`Expected \`${name}\` to name a file, got \`${path}\`: ${reason}`);
  }
}

/** For an option that may come several times. */
export function collect(value: string, all: readonly string[]): readonly string[] {
  return [...all, value];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
