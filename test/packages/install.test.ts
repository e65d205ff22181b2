import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeVersions } from "../support/node-versions.ts";
import { installAll, packed } from "./installed.ts";
import { managers, npm } from "./managers.ts";
import { runNode } from "./run.ts";
import type { PackageName } from "./tarballs.ts";

const place = packed();

describe.each(managers)("installed from the tarballs by $name", (manager) => {
  let folder = "";
  beforeAll(async () => {
    folder = await installAll(place(), manager);
  });

  describe.concurrent.each(nodeVersions)("on Node $version", (version) => {
    test.each(["function.mjs", "function.cjs"])("%s serves an invocation", async (program) => {
      const args = ["invoke", "--event", '{"name":"you"}', "--", "node", program];
      const output = await manager.fcrt(folder, args, version);
      expect(output).toContain(
        '< {"hello":"you","known":true,"traced":true,"header":"x-fc-request-id"}',
      );
    });

    test("an application is adopted by the flags", async () => {
      const flags = ["trace", "logger"].flatMap((name) => ["--import", `@fcrt/${name}/register`]);
      const args = ["invoke", "--http", "GET", "/path", "--", "node", ...flags, "application.mjs"];
      const output = await manager.fcrt(folder, args, version);
      expect(output).toMatch(/ \[INFO\] GET \/path$/m);
      expect(output).toMatch(/< x-fc-status: 200\n[^]*< unchanged$/m);
    });
  });
});

/** A package, what comes with it, what else may, and what it is loaded by. */
type Alone = readonly [name: PackageName, brings: string[], also: RegExp, entries: string[]];

describe("installed alone, a package brings what it stands on, and nothing of the others", () => {
  const none = /^$/;
  test.each<Alone>([
    ["@fcrt/core", [], none, ["", "/extension", "/protocol", "/register", "/start"]],
    ["@fcrt/logger", ["@fcrt/core", "pino"], /^(?!@fcrt|@opentelemetry)/, ["", "/register"]],
    ["@fcrt/trace", ["@fcrt/core", "@opentelemetry/api"], none, ["", "/register"]],
    ["@fcrt/cli", ["@fcrt/core", "commander"], /^yocto|^picocolors$/, ["/package.json"]],
  ])("%s", async (name, brings, also, entries) => {
    const { folder, tarballs } = place();
    const own = join(folder, name.replace("@fcrt/", "alone-"));
    await npm.install(own, { [name]: `file:${tarballs[name]}` }, tarballs["@fcrt/core"]);

    const found = packagesIn(own).filter((each) => brings.includes(each) || !also.test(each));
    expect(found).toEqual([name, ...brings].toSorted());
    const load = entries.map((entry) => `require(${JSON.stringify(name + entry)});`).join("");
    await runNode(["--eval", load], own);
  });
});

/** The packages in a folder's `node_modules`, those of npm's own left out. */
function packagesIn(folder: string): string[] {
  const modules = join(folder, "node_modules");
  return readdirSync(modules)
    .filter((name) => !name.startsWith("."))
    .flatMap((name) =>
      name.startsWith("@")
        ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`)
        : [name],
    )
    .toSorted();
}
