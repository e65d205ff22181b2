import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { manifestOf, published, textOf, type Manifest } from "../supply/manifests.ts";

const page = textOf("docs/dependencies.md");

describe("docs/dependencies.md", () => {
  test("names what an installation brings, and nothing else", () => {
    const brought = published
      .map(manifestOf)
      .flatMap(({ dependencies, peerDependencies }) => [
        ...namesIn(dependencies),
        ...namesIn(peerDependencies),
      ]);

    expect(namesUnder("What an installation brings")).toEqual(sorted(brought));
  });

  test("names whose code is in the bundles, as the NOTICEs do", () => {
    const noticed = [
      ...textOf("packages/logger/NOTICE").matchAll(/^(\S+): Copyright/gm),
      ...textOf("packages/trace/NOTICE").matchAll(/(@opentelemetry\/[\w-]+)/g),
    ].map(([, name = ""]) => name);

    expect(noticed.length).toBeGreaterThan(5);
    expect(namesUnder("What is in the bundles")).toEqual(sorted(noticed));
  });

  test("names what development needs, and nothing else", () => {
    const tools = namesIn(manifestOf(".").devDependencies);

    expect(namesUnder("What development needs")).toEqual(sorted(tools));
  });

  test.each(
    [...page.matchAll(/^\| `(.+?)` +\| ([\w.-]+)/gm)].map(([, name, licence]) => ({
      name,
      licence,
    })),
  )("says under which licence $name is", ({ name = "", licence }) => {
    expect(licence).toBe(installed(name).license);
  });
});

function namesUnder(title: string): string[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(title)) ?? "";
  return [...section.matchAll(/^\| `(.+?)`/gm)].map(([, name = ""]) => name).toSorted();
}

function namesIn(dependencies: Readonly<Record<string, string>> = {}): string[] {
  return Object.keys(dependencies).filter((name) => !name.startsWith("@fcrt/"));
}

function sorted(names: readonly string[]): string[] {
  return [...new Set(names)].toSorted();
}

/** The manifest of what is installed: for a package, at the top, or for another dependency. */
function installed(name: string): Manifest {
  const folders = [...published, ".", "node_modules/.pnpm"];
  const path = folders
    .map((folder) => new URL(`../../${folder}/node_modules/${name}/package.json`, import.meta.url))
    .find((url) => existsSync(url));
  if (!path) throw new Error(`Expected \`${name}\` to be installed`);
  return JSON.parse(readFileSync(path, "utf8"));
}
