import { afterAll, describe, expect, test } from "vitest";
import { expectCase } from "../contract/run-case.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { cases, starts } from "./cases.ts";
import { formats, servingAll } from "./program.ts";
import type { Served } from "./program.ts";

describe("A function of the built-in runtime", () => {
  const stops: (() => Promise<void>)[] = [];
  let served: Promise<Served> | undefined;

  afterAll(async () => {
    for (const stop of stops) await stop();
  });

  test.each(cases)("$name ($source)", async (startCase) => {
    served ??= servingAll(starts, "mjs", { stopWith: (stop) => stops.push(stop) });
    await expectCase(await served, startCase);
  });

  test("is a table without two cases of one name", () => {
    const names = cases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

const builds = nodeVersions.flatMap(({ version, path }) =>
  formats.map((format) => ({ version, path, format })),
);

test.each(builds)(
  "The built package as .$format on Node $version answers the same",
  async ({ path, format }) => {
    const served = await servingAll(starts, format, { node: path });

    for (const startCase of cases) await expectCase(served, startCase);

    expect(served.lines.filter((line) => line.includes("runtime inited."))).toHaveLength(1);
    expect(served.child.stderr).toBe("");
    expect(served.child.process.exitCode).toBe(null);
  },
  60_000,
);
