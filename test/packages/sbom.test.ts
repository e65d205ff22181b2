import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { published, textOf } from "../supply/manifests.ts";
import { runScript } from "./run-script.ts";

interface Component {
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly object[];
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
}

interface Document {
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: string[] }[];
}

const folder = mkdtempSync(join(tmpdir(), "fcrt-sbom-"));
let documents = new Map<string, Document>();

beforeAll(async () => {
  const { exitCode, output } = await runScript("sbom.mjs", [folder]);
  if (exitCode !== 0) throw new Error(output);
  documents = new Map(readdirSync(folder).map((name) => read(join(folder, name))));
});

afterAll(() => rmSync(folder, { recursive: true }));

test("each package has an SBOM", () => {
  const names = published.map((path) => path.replace("packages", "@fcrt"));

  expect([...documents.keys()].toSorted()).toEqual(names.toSorted());
});

test("what is named in a NOTICE is in the SBOM as bundled, and nothing else is", () => {
  expect(bundledIn("@fcrt/core")).toEqual([]);
  expect(bundledIn("@fcrt/cli")).toEqual([]);
  expect(bundledIn("@fcrt/logger")).toEqual(
    [...textOf("packages/logger/NOTICE").matchAll(/^(\S+): Copyright/gm)]
      .map(([, name = ""]) => name)
      .toSorted(),
  );
  expect(bundledIn("@fcrt/trace")).toEqual(
    [...textOf("packages/trace/NOTICE").matchAll(/@opentelemetry\/[\w-]+/g)]
      .map(([name]) => name)
      .toSorted(),
  );
});

test("what an installation brings is in the SBOM, however deep", () => {
  expect(namesIn("@fcrt/cli")).toEqual([
    "@fcrt/core",
    "commander",
    "picocolors",
    "yocto-spinner",
    "yoctocolors",
  ]);
  expect(namesIn("@fcrt/logger")).toEqual(expect.arrayContaining(["pino", "sonic-boom", "split2"]));
  expect(namesIn("@fcrt/core")).toEqual([]);
});

test("a component has its licence and the digest of the lockfile", () => {
  const foreign = [...documents.values()]
    .flatMap(({ components }) => components)
    .filter(({ group }) => group !== "@fcrt");

  expect(foreign.length).toBeGreaterThan(20);
  expect(foreign).toEqual(
    foreign.map((component) => ({
      ...component,
      licenses: [expect.anything()],
      hashes: [{ alg: "SHA-512", content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    })),
  );
});

function read(path: string): [string, Document] {
  const { components = [], ...document } = JSON.parse(readFileSync(path, "utf8"));
  return [fullNameOf(document.metadata.component), { ...document, components }];
}

function namesIn(name: string): string[] {
  return (documents.get(name)?.components ?? []).map(fullNameOf).toSorted();
}

function bundledIn(name: string): string[] {
  const components = documents.get(name)?.components ?? [];
  return components
    .filter(({ properties = [] }) =>
      properties.some((property) => property.name === "cdx:npm:package:bundled"),
    )
    .map(fullNameOf)
    .toSorted();
}

function fullNameOf({ group, name }: Component): string {
  return group === undefined ? name : `${group}/${name}`;
}
