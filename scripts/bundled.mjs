import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { root } from "./workspace.mjs";

/** The folders in `node_modules` of the packages whose code is in a package's `dist`, by their names. */
export function bundledIn(folder) {
  const dist = join(root, folder, "dist");
  const maps = readdirSync(dist, { recursive: true }).filter((name) => name.endsWith(".map"));
  return new Map(maps.flatMap((name) => foldersIn(join(dist, name))));
}

function foldersIn(map) {
  const { sources } = JSON.parse(readFileSync(map, "utf8"));
  return sources.flatMap((source) => {
    const [folder, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
    return folder === undefined ? [] : [[name, resolve(dirname(map), folder)]];
  });
}
