import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { root, runNode } from "./run.ts";

/** The packages as they would be published: of each, by its name, the path of its tarball. */
export type Tarballs = Readonly<Record<PackageName, string>>;

/** The packages of this repository. */
export type PackageName = `@fcrt/${(typeof names)[number]}`;

const names = ["core", "logger", "trace", "cli"] as const;

/** Packs the packages, which have to be built, into a folder. */
export async function packInto(folder: string): Promise<Tarballs> {
  mkdirSync(folder);
  const pack = ["--recursive", "--filter=./packages/*", "pack", `--pack-destination=${folder}`];
  await runNode([join(root, "scripts/pnpm.mjs"), ...pack], root);
  const files = readdirSync(folder);
  const fileOf = (name: string): string =>
    join(folder, files.find((file) => file.startsWith(`fcrt-${name}-`)) ?? name);
  return Object.fromEntries(names.map((name) => [`@fcrt/${name}`, fileOf(name)])) as Tarballs;
}
