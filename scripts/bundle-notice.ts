import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "rolldown";

/** Fails a build that takes in the code of a package which the folder's NOTICE does not name. */
export function noticed(folder: string): Plugin {
  const path = join(folder, "NOTICE");
  const named = existsSync(path) ? readFileSync(path, "utf8").split(/[\s:,]+/) : [];
  return {
    name: "noticed",
    generateBundle(_options, bundle) {
      const ids = Object.values(bundle).flatMap((file) =>
        file.type === "chunk" ? file.moduleIds : [],
      );
      const missing = packagesOf(ids).filter((name) => !named.includes(name));
      if (missing.length === 0) return;
      this.error(`Expected ${path} to name ${missing.join(", ")}, whose code is in the bundle`);
    },
  };
}

function packagesOf(moduleIds: readonly string[]): string[] {
  const names = moduleIds.flatMap(
    (id) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(id)?.[1] ?? [],
  );
  return [...new Set(names)];
}
