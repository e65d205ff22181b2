import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** What the scripts keep between runs; it goes when `node_modules` goes. */
export const cache = join(root, "node_modules", ".cache", "fcrt");

/** The folders of the workspace's members, from the patterns in pnpm-workspace.yaml. */
export function memberFolders() {
  const [, patterns = ""] = /^packages:\n((?: +- .+\n)+)/m.exec(read("pnpm-workspace.yaml")) ?? [];
  return [...patterns.matchAll(/- ["']?([^\s"']+)/g)]
    .flatMap(([, pattern]) =>
      pattern.endsWith("/*") ? foldersIn(pattern.slice(0, -2)) : [pattern],
    )
    .filter((folder) => existsSync(join(root, folder, "package.json")));
}

/** The folders of the members that are published. */
export function packageFolders() {
  return memberFolders().filter((folder) => !manifestOf(folder).private);
}

export function manifestOf(folder) {
  return JSON.parse(read(join(folder, "package.json")));
}

/** What pnpm calls a package's tarball, without its ending. */
export function fileNameOf({ name, version }) {
  return `${name.replace("@", "").replace("/", "-")}-${version}`;
}

function foldersIn(parent) {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}

function read(path) {
  return readFileSync(join(root, path), "utf8");
}
