import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { NodeVersion } from "../support/node-versions.ts";
import { root, runNode } from "./run.ts";

/** A package manager, and how a program runs beneath what it has installed. */
export interface Manager {
  readonly name: string;
  /** Installs the dependencies into a folder, which is made; `core` stands for `@fcrt/core` wherever it is asked for. */
  install(folder: string, dependencies: Dependencies, core: string): Promise<void>;
  /** Runs the installed `fcrt` with a Node of this version, and so the program that it starts. */
  fcrt(folder: string, args: readonly string[], version: NodeVersion): Promise<string>;
}

/** Names and versions, or paths of tarballs. */
export type Dependencies = Readonly<Record<string, string>>;

const require = createRequire(import.meta.url);

/** The npm that comes with Node. */
export const npm: Manager = {
  name: "npm",
  async install(folder, dependencies, core) {
    // npm wants the two to be equal where both stand.
    const own = dependencies["@fcrt/core"] ? "$@fcrt/core" : `file:${core}`;
    writeManifest(folder, dependencies, { overrides: { "@fcrt/core": own } });
    execFileSync("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund"], {
      cwd: folder,
      stdio: "pipe",
    });
  },
  fcrt: runInstalled,
};

const pnpm: Manager = {
  name: "pnpm",
  async install(folder, dependencies, core) {
    writeManifest(folder, dependencies, { pnpm: { overrides: { "@fcrt/core": `file:${core}` } } });
    const install = [`--dir=${folder}`, "install", "--prefer-offline"];
    await runNode([join(root, "scripts/pnpm.mjs"), ...install], folder);
  },
  fcrt: runInstalled,
};

/** With Plug'n'Play, its default: a package finds nothing but what its manifest names. */
const yarn: Manager = {
  name: "yarn",
  async install(folder, dependencies, core) {
    writeManifest(folder, dependencies, { resolutions: { "@fcrt/core": `file:${core}` } });
    // Otherwise it looks for a project in the folders above.
    writeFileSync(join(folder, "yarn.lock"), "");
    await runNode([yarnProgram, "install"], folder, { env: yarnEnvironment() });
  },
  // As `yarn fcrt` does it, which takes two seconds to start.
  async fcrt(folder, args, version) {
    const env = {
      NODE_OPTIONS: `--require ${folder}/.pnp.cjs --experimental-loader ${pathToFileURL(folder).href}/.pnp.loader.mjs`,
    };
    const resolve = ["--print", 'require.resolve("@fcrt/cli/package.json")'];
    const manifest = await runNode(resolve, folder, { node: version.path, env });
    const program = join(dirname(manifest.trim()), "dist/fcrt.mjs");
    return runProgram([program, ...args], folder, version, env);
  },
};

/** Those that people use. */
export const managers: readonly Manager[] = [npm, pnpm, yarn];

const yarnProgram = require.resolve("@yarnpkg/cli-dist/bin/yarn.js");

// Yarn does not read what npm is configured with.
function yarnEnvironment(): Record<string, string> {
  const authorities = npmSetting("cafile");
  return {
    YARN_NPM_REGISTRY_SERVER: npmSetting("registry"),
    ...(authorities !== "null" && { YARN_HTTPS_CA_FILE_PATH: authorities }),
    YARN_ENABLE_TELEMETRY: "false",
    // A CI would not let it write the lockfile.
    YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
  };
}

function npmSetting(name: string): string {
  const value = execFileSync("npm", ["config", "get", name], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  return value.trim();
}

async function runInstalled(
  folder: string,
  args: readonly string[],
  version: NodeVersion,
): Promise<string> {
  const program = join(folder, "node_modules/@fcrt/cli/dist/fcrt.mjs");
  return runProgram([program, ...args], folder, version);
}

async function runProgram(
  args: readonly string[],
  folder: string,
  { path }: NodeVersion,
  env: Record<string, string> = {},
): Promise<string> {
  const command = args.map((word) => (word === "node" ? path : word));
  return runNode(command, folder, { node: path, env });
}

function writeManifest(folder: string, dependencies: Dependencies, own: object): void {
  mkdirSync(folder, { recursive: true });
  const manifest = { name: "installed", private: true, type: "module", dependencies, ...own };
  writeFileSync(join(folder, "package.json"), JSON.stringify(manifest));
}
