import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a JavaScript program to its end and resolves to what it wrote to stdout; a failure says all that it wrote. */
export async function runNode(
  args: readonly string[],
  cwd: string,
  { node = process.execPath, env = {} }: { node?: string; env?: Record<string, string> } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 2 ** 26 };
    execFile(node, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${args.join(" ")}\n${stdout}\n${stderr}`, { cause: error }));
      else resolve(stdout);
    });
  });
}
