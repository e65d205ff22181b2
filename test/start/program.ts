import { fileURLToPath } from "node:url";
import type { StartOptions } from "@fcrt/core/start";
import { startChild } from "../support/child.ts";
import type { Child, ChildOptions } from "../support/child.ts";

/** The formats of the built package. */
export const formats = ["mjs", "cjs"] as const;

/** Starts a program that starts one function on the platform's port. */
export async function startProgram(
  options: unknown,
  { format = "mjs", env, ...rest }: ChildOptions & { readonly format?: "mjs" | "cjs" } = {},
): Promise<Child> {
  return startChild(pathOf(format), { ...rest, env: { ...env, START: JSON.stringify(options) } });
}

/** Starts a program that starts one function, and waits until it serves. */
export async function serving(options: StartOptions, how: ChildOptions = {}): Promise<Child> {
  const child = await startProgram(options, how);
  await child.line("runtime inited.");
  return child;
}

/** A program that serves many functions, in the shape that cases of the contract are run against. */
export interface Served {
  readonly child: Child;
  readonly ports: Readonly<Record<string, number>>;
  readonly lines: readonly string[];
  line(text: string): Promise<unknown>;
}

/** Starts a program that starts all of these functions. */
export async function servingAll(
  starts: Readonly<Record<string, object>>,
  format: "mjs" | "cjs",
  options: ChildOptions = {},
): Promise<Served> {
  const env = { STARTS: JSON.stringify(starts) };
  const child = await startChild(pathOf(format), { ...options, env });
  const told = (await child.line("ports ")).replace("ports ", "");
  return {
    child,
    ports: JSON.parse(told) as Record<string, number>,
    get lines() {
      return child.lines;
    },
    line: async (text) => child.line(text),
  };
}

function pathOf(format: "mjs" | "cjs"): string {
  return fileURLToPath(new URL(`../fixtures/start/start.${format}`, import.meta.url));
}
