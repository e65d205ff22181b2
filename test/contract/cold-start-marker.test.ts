import { fileURLToPath } from "node:url";
import { parseLine } from "@fcrt/core/protocol";
import { expect, test } from "vitest";
import { startChild } from "../support/child.ts";

const fixture = fileURLToPath(new URL("../fixtures/contract/named.mjs", import.meta.url));

const warning = (name: string): string =>
  `- [WARN] Expected \`runtimeName\` to be no language of the platform's own, got \`${name}\``;

test.each([
  ["by default", {}, {}, ["FunctionCompute fcrt runtime inited."]],
  [
    "with a name of its own",
    { runtimeName: "my runtime" },
    {},
    ["FunctionCompute my runtime runtime inited."],
  ],
  [
    "with a name from the environment",
    {},
    { FCRT_RUNTIME_NAME: "elsewhere" },
    ["FunctionCompute elsewhere runtime inited."],
  ],
  [
    "with a name from both",
    { runtimeName: "mine" },
    { FCRT_RUNTIME_NAME: "elsewhere" },
    ["FunctionCompute mine runtime inited."],
  ],
  [
    "with the name of an official language",
    { runtimeName: "Node.js" },
    {},
    [warning("Node.js"), "FunctionCompute Node.js runtime inited."],
  ],
  ["without markers", { markers: false, runtimeName: "Node.js" }, {}, []],
  ["without markers by environment", {}, { FCRT_MARKERS: "off" }, []],
] as const)("A runtime %s says so at start", async (_case, options, env, lines) => {
  const child = await startChild(fixture, {
    env: { RUNTIME_OPTIONS: JSON.stringify(options), ...env },
  });

  await child.line("ready");

  const written = child.lines.map((line) => line.replace(/^\d{4}-\S+ /, ""));
  expect(written).toEqual([...lines, "ready"]);
});

test.each(["Asia/Shanghai", "America/St_Johns"])(
  "A line tells the time in UTC where `TZ` is %s",
  async (zone) => {
    const before = new Date().toISOString();
    const env = { TZ: zone, RUNTIME_OPTIONS: JSON.stringify({ runtimeName: "PHP" }) };
    const child = await startChild(fixture, { env });

    const time = parseLine(await child.line("[WARN]"))?.time ?? "";

    expect(`${time}Z` >= before, `${time}Z after ${before}`).toBe(true);
    expect(`${time}Z` <= new Date().toISOString(), `${time}Z is past`).toBe(true);
  },
);
