import { rmSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { programOf } from "./peer.mjs";

const folder = fileURLToPath(new URL(".cache/bundles/", import.meta.url));

/** Takes the program of a server and all that it needs into one file; resolves to its `file` and `bytes`. */
export async function bundleOf({ program }) {
  const outfile = `${folder}${program.replace(/\.\w+$/, ".mjs")}`;
  rmSync(outfile, { force: true });
  await build({
    entryPoints: [programOf(program)],
    outfile,
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20.10",
    format: "esm",
    // What was CommonJS still asks for Node's own modules so.
    banner: {
      js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return { file: outfile, bytes: statSync(outfile).size };
}
