// The pnpm that package.json names, wherever the machine has none or another one.
import { accessSync, constants, existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "./processes.mjs";
import { cache, manifestOf } from "./workspace.mjs";

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { exitCode } = await pnpm(process.argv.slice(2));
  process.exitCode = exitCode;
}

/** Runs the pinned pnpm, fetched through npm when first needed, as `run` does. */
export async function pnpm(args, options) {
  const version = manifestOf(".").packageManager.replace("pnpm@", "");
  const folder = join(cache, `pnpm-${version}`);
  const program = join(folder, "node_modules", "pnpm", "bin", "pnpm.cjs");
  if (!existsSync(program)) {
    const fetched = await install(`pnpm@${version}`, folder);
    if (fetched.exitCode !== 0) return fetched;
  }
  return run(process.execPath, [program, ...args], { env: environment(), ...options });
}

function install(name, folder) {
  mkdirSync(folder, { recursive: true });
  const flags = ["--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error"];
  return run("npm", ["install", `--prefix=${folder}`, ...flags, name], { env: environment() });
}

/** npm and pnpm keep a cache at home; a home that cannot be written gets a stand-in. */
function environment() {
  if (isWritable(homedir())) return process.env;
  const home = join(cache, "home");
  mkdirSync(home, { recursive: true });
  const userConfig = join(homedir(), ".npmrc");
  const npmCache = join(home, ".npm");
  return {
    npm_config_userconfig: userConfig,
    ...process.env,
    HOME: home,
    npm_config_cache: npmCache,
  };
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
