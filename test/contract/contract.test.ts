import { fileURLToPath } from "node:url";
import * as core from "@fcrt/core";
import { afterAll, describe, expect, test } from "vitest";
import { serveAll } from "../fixtures/contract/handlers.mjs";
import { captureStdout } from "../support/captured-stdout.ts";
import { startChild } from "../support/child.ts";
import { nodeVersions } from "../support/node-versions.ts";
import { cases } from "./cases.ts";
import { expectCase } from "./run-case.ts";

describe("The contract", () => {
  const stdout = captureStdout();
  let served: ReturnType<typeof serveAll> | undefined;

  afterAll(async () => {
    for (const runtime of Object.values((await served) ?? {})) await runtime.close();
  });

  test.each(cases)("$name ($source)", async (contractCase) => {
    served ??= serveAll(core);
    const runtimes = Object.entries(await served);
    await expectCase(
      {
        ports: Object.fromEntries(runtimes.map(([name, { port }]) => [name, port])),
        get lines() {
          return stdout.lines;
        },
        // Lines written in this process are here at once.
        line: async () => {},
      },
      contractCase,
    );
  });

  test("is a table without two cases of one name", () => {
    const names = cases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});

const builds = nodeVersions.flatMap(({ version, path }) =>
  (["mjs", "cjs"] as const).map((format) => ({ version, path, format })),
);

test.each(builds)(
  "The built package as .$format on Node $version follows the same contract",
  async ({ path, format }) => {
    const file = fileURLToPath(new URL(`../fixtures/contract/server.${format}`, import.meta.url));
    const child = await startChild(file, { node: path });
    const ports = (await child.line("ports ")).replace("ports ", "");
    expect(child.lines[0]).toBe("FunctionCompute fcrt runtime inited.");
    const place = {
      ports: JSON.parse(ports) as Record<string, number>,
      get lines() {
        return child.lines;
      },
      line: async (text: string) => child.line(text),
    };

    for (const contractCase of cases) await expectCase(place, contractCase);

    expect(child.lines.filter((line) => line.includes("runtime inited."))).toHaveLength(1);
    expect(child.stderr).toBe("");
    expect(child.process.exitCode).toBe(null);
  },
  // Hundreds of cases, each with a bound of its own.
  60_000,
);
