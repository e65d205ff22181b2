// Checks the packages as a user gets them: each entry in one file, the tarball by publint and attw. The tarballs stay in
// the folder that is named, if one is.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pnpm } from "./pnpm.mjs";
import { run } from "./processes.mjs";
import { ensureBuilt, ensureInstalled } from "./setup.mjs";
import { manifestOf, packageFolders, root } from "./workspace.mjs";

/** `import … from "./x"`, `export … from "./x"` and `require("./x")` at the start of a line. */
const staticRelativeImport =
  /^(?:(?:import|export)\b[^(\n]*|(?:(?:const|let|var) [^=\n]+= )?require\()["']\.{1,2}\//m;

await ensureInstalled();
await ensureBuilt();

const [kept] = process.argv.slice(2);
const tarballs = kept ?? mkdtempSync(join(tmpdir(), "fcrt-packages-"));
const problems = [];
try {
  const pack = ["pack", `--pack-destination=${tarballs}`];
  const packed = await pnpm(["--recursive", "--filter=./packages/*", ...pack], { quiet: true });
  if (packed.exitCode !== 0) problems.push(packed.output);
  problems.push(...packageFolders().flatMap(splitEntriesOf));
  const names = readdirSync(tarballs).filter((name) => name.endsWith(".tgz"));
  for (const name of names) problems.push(...(await problemsOf(name)));
} finally {
  if (kept === undefined) rmSync(tarballs, { recursive: true });
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** A further module costs a cold start about a millisecond, so an entry is one file. */
function splitEntriesOf(folder) {
  return Object.values(manifestOf(folder).exports)
    .flatMap((target) => [target.import, target.require])
    .filter(
      (file) => file && staticRelativeImport.test(readFileSync(join(root, folder, file), "utf8")),
    )
    .map(
      (file) =>
        `${join(folder, file)} imports another file of dist: its lazily loaded chunk shares a module with it. Hand the chunk what it needs as arguments.`,
    );
}

async function problemsOf(name) {
  const tarball = join(tarballs, name);
  const results = [
    await run("publint", ["run", "--strict", tarball], { quiet: true }),
    // Every supported Node knows `exports`, so the resolution of older ones does not matter.
    await run("attw", ["--profile=node16", "--format=ascii", tarball], { quiet: true }),
  ];
  const found = results.filter(({ exitCode }) => exitCode !== 0).map(({ output }) => output);
  if (found.length === 0) console.log(`${name}: no problems`);
  return found;
}
