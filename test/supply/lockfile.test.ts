import { describe, expect, test } from "vitest";
import { manifestOf, published, yamlOf } from "./manifests.ts";

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly resolution: Readonly<object> }>>;
}

interface Workspace {
  readonly onlyBuiltDependencies?: readonly string[];
  readonly dangerouslyAllowAllBuilds?: boolean;
}

const installScripts = new Set(["preinstall", "install", "postinstall", "prepare"]);

describe("pnpm-lock.yaml", () => {
  const { packages } = yamlOf("pnpm-lock.yaml") as Lockfile;

  test("has nothing but a digest to tell where a package comes from: no address, no repository", () => {
    const others = Object.entries(packages).filter(
      ([, { resolution }]) => Object.keys(resolution).join() !== "integrity",
    );

    expect(Object.keys(packages).length).toBeGreaterThan(100);
    expect(others).toEqual([]);
  });

  test("has a SHA-512 digest for each package", () => {
    const weak = Object.entries(packages).filter(
      ([, { resolution }]) =>
        !/^sha512-[A-Za-z0-9+/]{86}==$/.test((resolution as { integrity: string }).integrity),
    );

    expect(weak).toEqual([]);
  });
});

test("no dependency may run a script when it is installed", () => {
  const { onlyBuiltDependencies, dangerouslyAllowAllBuilds } = yamlOf(
    "pnpm-workspace.yaml",
  ) as Workspace;

  expect(onlyBuiltDependencies).toEqual([]);
  expect(dangerouslyAllowAllBuilds).toBeUndefined();
});

test.each([".", ...published])("%s runs no script when it is installed", (folder) => {
  const scripts = Object.keys(manifestOf(folder).scripts ?? {});

  expect(scripts.filter((name) => installScripts.has(name))).toEqual([]);
});

test.each(published)("%s tells npm what a reader of its page looks for", (folder) => {
  expect(manifestOf(folder)).toMatchObject({
    description: expect.stringMatching(/^.{20,160}\.$/),
    keywords: expect.arrayContaining(["alibaba-cloud", "function-compute"]),
    license: "Apache-2.0",
    files: expect.arrayContaining(["dist"]),
    engines: { node: ">=20.10" },
    publishConfig: { access: "public", provenance: true },
  });
});
