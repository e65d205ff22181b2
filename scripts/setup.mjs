import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { pnpm } from "./pnpm.mjs";
import { run } from "./processes.mjs";
import { cache, memberFolders, packageFolders, root } from "./workspace.mjs";

if (import.meta.url === pathToFileURL(process.argv[1]).href) await ensureInstalled();

/** Installs the dependencies unless they are those that the lockfile and the manifests name. */
export async function ensureInstalled() {
  await unlessFresh("installed", installFiles, () => {
    console.log("Installing dependencies");
    return pnpm(["install", "--frozen-lockfile", "--prefer-offline"]);
  });
}

/** Builds the packages unless `dist` holds what the sources give. */
export async function ensureBuilt() {
  await unlessFresh("built", buildFiles, () => {
    console.log("Building packages");
    return run("tsdown", []);
  });
}

function installFiles() {
  const manifests = [".", ...memberFolders()].map((folder) => join(folder, "package.json"));
  return ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests];
}

/** What goes into the build and what came out of it: a change to either asks for a new one. */
function buildFiles() {
  return [
    "pnpm-lock.yaml",
    "tsconfig.json",
    "tsdown.config.ts",
    ...["maps", "notice", "pino"].map((name) => `scripts/bundle-${name}.ts`),
    ...packageFolders().flatMap((folder) =>
      ["package.json", "NOTICE", "src", "dist"].flatMap((name) => filesIn(join(folder, name))),
    ),
  ];
}

/** Does the work, and remembers that it succeeded, unless the files are as they were after it last did. */
async function unlessFresh(name, files, work) {
  const stamp = join(cache, name);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digestOf(files())) return;

  rmSync(stamp, { force: true });
  const { exitCode } = await work();
  if (exitCode !== 0) process.exit(exitCode);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, digestOf(files()));
}

function digestOf(files) {
  const hash = createHash("sha256").update(`${process.platform}-${process.arch}`);
  for (const file of files) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

function filesIn(path) {
  if (!existsSync(join(root, path))) return [];
  if (statSync(join(root, path)).isFile()) return [path];
  return readdirSync(join(root, path))
    .toSorted()
    .flatMap((name) => filesIn(join(path, name)));
}
