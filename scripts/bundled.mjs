import { existsSync, readFileSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { root } from "./workspace.mjs";

/**
 * The folders in `node_modules` of the packages whose code is in a package's `dist`, by their names: those that its
 * NOTICE names, to which the build holds what it takes in.
 */
export function bundledIn(folder) {
  const notice = join(root, folder, "NOTICE");
  const named = existsSync(notice) ? readFileSync(notice, "utf8").split(/[\s:,]+/) : [];
  const found = new Map();
  const lookFrom = (from) => {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(
      readFileSync(join(from, "package.json"), "utf8"),
    );
    const isOurs = from === join(root, folder);
    const names = { ...dependencies, ...peerDependencies, ...(isOurs && devDependencies) };
    for (const name of Object.keys(names)) {
      if (!named.includes(name) || found.has(name)) continue;
      found.set(name, locate(name, from));
      lookFrom(found.get(name));
    }
  };
  lookFrom(join(root, folder));
  return found;
}

/** Where Node would find a package, seen from another; its `exports` may keep the manifest to themselves. */
export function locate(name, from) {
  const folders = createRequire(join(from, "package.json")).resolve.paths(name);
  for (const folder of folders) {
    try {
      return dirname(realpathSync(join(folder, name, "package.json")));
    } catch {
      // Not in this one.
    }
  }
  throw new Error(`Expected \`${name}\` to be installed for ${from}`);
}
