import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "tsdown";

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly "@fcrt/source": string }>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL(".", import.meta.url));

const folders = readdirSync(join(root, "packages"))
  .map((name) => join(root, "packages", name))
  .filter((folder) => existsSync(join(folder, "package.json")));

const configs: UserConfig[] = defineConfig(folders.flatMap(configsOf));

export default configs;

/** What a package's manifest exports, each entry for itself, and the types of all entries together. */
function configsOf(cwd: string): UserConfig[] {
  const manifest: Manifest = JSON.parse(readFileSync(join(cwd, "package.json"), "utf8"));
  const libraries = librarySourcesOf(manifest);
  const common: UserConfig = {
    cwd,
    target: "node20.10",
    tsconfig: join(root, "tsconfig.json"),
    // A package that stands among its own devDependencies may be taken into the bundle, no other.
    deps: { onlyBundle: Object.keys(manifest.devDependencies ?? {}) },
    sourcemap: true,
    dts: false,
    failOnWarn: true,
    logLevel: "warn",
    report: false,
  };
  // Types of one package share their files, so that a class is the same one in every entry.
  const types: UserConfig = {
    ...common,
    entry: libraries,
    dts: { emitDtsOnly: true },
    sourcemap: false,
  };
  return [
    ...libraries.map((entry): UserConfig => ({ ...common, entry, format: ["esm", "cjs"] })),
    ...commandSourcesOf(manifest).map((entry): UserConfig => ({ ...common, entry, format: "esm" })),
    // A package of commands alone has nothing to import.
    ...(libraries.length > 0
      ? [types, { ...types, outExtensions: () => ({ js: ".cjs", dts: ".d.cts" }) }]
      : []),
  ];
}

function librarySourcesOf({ exports }: Manifest): string[] {
  return Object.values(exports).flatMap((target) =>
    typeof target === "string" ? [] : [target["@fcrt/source"]],
  );
}

/** A command `dist/x.mjs` comes from `src/x.ts`. */
function commandSourcesOf({ bin = {} }: Manifest): string[] {
  return Object.values(bin).map((file) => file.replace("dist/", "src/").replace(/\.mjs$/, ".ts"));
}
