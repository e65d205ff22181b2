import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "tsdown";
import { ownMaps } from "./scripts/bundle-maps.ts";
import { noticed } from "./scripts/bundle-notice.ts";
import { pinoInside } from "./scripts/bundle-pino.ts";
import { utilWhenCalled } from "./scripts/bundle-util.ts";

interface Manifest {
  readonly exports: Readonly<
    Record<string, string | { readonly "@fcrt/source": string; readonly module?: string }>
  >;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
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
  const bundled = Object.keys(manifest.devDependencies ?? {});
  const common: UserConfig = {
    cwd,
    target: "node20.10",
    tsconfig: join(root, "tsconfig.json"),
    // Packages that stand among its own devDependencies are taken into the bundle, no others.
    deps: { alwaysBundle: bundled, onlyBundle: bundled },
    // Node reads every byte at a cold start; the sources are beside, and the types have the comments.
    outputOptions: {
      comments: { annotation: true, jsdoc: false, legal: false },
      sourcemapExcludeSources: true,
    },
    // A bundle leaves out more of ES modules than of CommonJS.
    inputOptions: { resolve: { mainFields: ["module", "main"] } },
    sourcemap: true,
    plugins: [utilWhenCalled, ownMaps, noticed(cwd)],
    dts: false,
    failOnWarn: true,
    logLevel: "warn",
    report: false,
  };
  const peers = Object.keys(manifest.peerDependencies ?? {});
  const sharingPeers = {
    alwaysBundle: bundled.filter((name) => !peers.includes(name)),
    onlyBundle: bundled,
  };
  // Types of one package share their files, so that a class is the same one in every entry.
  const types: UserConfig = {
    ...common,
    deps: sharingPeers,
    entry: libraries,
    dts: { emitDtsOnly: true },
    sourcemap: false,
    plugins: [],
  };
  const code = manifest.dependencies?.["pino"]
    ? { ...common, ...pinoInside, plugins: [common.plugins, pinoInside.plugins] }
    : common;
  return [
    ...libraries.map((entry): UserConfig => ({ ...code, entry, format: ["esm", "cjs"] })),
    // A bundler puts a peer into the same file as the application, so there is no copy to be gained by bringing one.
    ...bundlerSourcesOf(manifest).map((entry): UserConfig => ({
      ...common,
      entry,
      format: "esm",
      outDir: "dist/bundler",
      deps: sharingPeers,
    })),
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

function bundlerSourcesOf({ exports }: Manifest): string[] {
  return Object.values(exports).flatMap((target) =>
    typeof target === "object" && target.module ? [target["@fcrt/source"]] : [],
  );
}

/** A command `dist/x.mjs` comes from `src/x.ts`. */
function commandSourcesOf({ bin = {} }: Manifest): string[] {
  return Object.values(bin).map((file) => file.replace("dist/", "src/").replace(/\.mjs$/, ".ts"));
}
