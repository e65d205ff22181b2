import { readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

/** What the tests ask of a manifest. */
export interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly files?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const root = new URL("../../", import.meta.url);

export function textOf(path: string): string {
  return readFileSync(new URL(path, root), "utf8");
}

export function yamlOf(path: string): unknown {
  return parse(textOf(path));
}

export function manifestOf(folder: string): Manifest {
  return JSON.parse(textOf(`${folder}/package.json`));
}

/** The folders of the packages that are published. */
export const published: readonly string[] = readdirSync(new URL("packages/", root)).map(
  (name) => `packages/${name}`,
);
