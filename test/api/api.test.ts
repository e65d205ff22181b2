import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { expect, test } from "vitest";

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly import: string }>>;
}

const packages = fileURLToPath(new URL("../../packages/", import.meta.url));

const entries = readdirSync(packages)
  .filter((name) => existsSync(join(packages, name, "package.json")))
  .flatMap(entriesOf);

// `npm test -- test/api --update` writes them anew.
test.each(entries)("the public types of $entry are those of $snapshot", async (entry) => {
  await expect(await typesIn(entry.file)).toMatchFileSnapshot(entry.snapshot);
});

function entriesOf(folder: string): { entry: string; file: string; snapshot: string }[] {
  const text = readFileSync(join(packages, folder, "package.json"), "utf8");
  const { name, exports } = JSON.parse(text) as Manifest;
  return Object.entries(exports).flatMap(([path, target]) => {
    if (typeof target === "string") return [];
    const entry = join(name, path);
    const file = join(packages, folder, target.import.replace(/mjs$/, "d.mts"));
    return [{ entry, file, snapshot: `${entry.slice("@fcrt/".length).replace("/", "-")}.d.ts` }];
  });
}

/** All that a declaration file and those beside it declare, without comments. */
async function typesIn(input: string): Promise<string> {
  const bundle = await rolldown({
    input,
    external: (id) => !/^[./]/.test(id),
    plugins: [dts({ dtsInput: true })],
    checks: { pluginTimings: false },
  });
  const { output } = await bundle.generate();
  const code = output.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
  return code.replaceAll(/\s*(?:\/\*\*[^]*?\*\/|\/\/#.*)/g, "").trim() + "\n";
}
