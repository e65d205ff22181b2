import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeVersions } from "../support/node-versions.ts";

/** Where the examples are. */
export const examplesFolder: string = fileURLToPath(new URL("../../examples/", import.meta.url));

/** The folder of an example. */
export function folderOf(example: string): string {
  return join(examplesFolder, example);
}

/** The text of a file of an example. */
export function fileOf(example: string, name: string): string {
  return readFileSync(join(folderOf(example), name), "utf8");
}

/** The lines of an example's code and of its `s` files, without what stands around them. */
export function linesOf(example: string): string[] {
  return ["", "src/"]
    .flatMap((folder) => sourcesIn(example, folder))
    .flatMap((name) => fileOf(example, name).split("\n"))
    .map((line) => line.trim());
}

/** What `bootstrap` starts, the folder of its Node, and whether it may be executed. */
export function bootstrapOf(example: string): {
  readonly command: readonly string[];
  readonly nodeFolder: string | undefined;
  readonly executable: boolean;
} {
  const text = fileOf(example, "bootstrap");
  const { mode } = statSync(join(folderOf(example), "bootstrap"));
  return {
    command: /^exec (.+)$/m.exec(text)?.[1]?.split(" ") ?? [],
    nodeFolder: /^export PATH=(\S+):\$PATH$/m.exec(text)?.[1],
    executable: (mode & 0o111) === 0o111,
  };
}

function sourcesIn(example: string, folder: string): string[] {
  const path = join(folderOf(example), folder);
  const names = existsSync(path) ? readdirSync(path) : [];
  return names.filter((name) => /\.(?:js|mjs|ts|yaml)$/.test(name)).map((name) => folder + name);
}

/** The `PATH` of a machine with that Node, as far as it is installed here; else with the one that runs the tests. */
export function pathWithNode(line: string): string {
  const wanted = nodeVersions.find(({ version }) => version.startsWith(`${line}.`));
  return [dirname(wanted?.path ?? process.execPath), process.env["PATH"]].join(delimiter);
}

/** How a command is run. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Is given what stops the command. */
  readonly stopWith?: (stop: () => void) => void;
}

/** What a command has printed, whatever its exit code. */
export async function outputOf(
  [file = "", ...args]: readonly string[],
  { cwd, env, stopWith }: CommandOptions,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { cwd, env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env } },
      (_error, stdout, stderr) => resolve({ code: child.exitCode, stdout, stderr }),
    );
    stopWith?.(() => void child.kill("SIGTERM"));
  });
}
