import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { nodeVersions } from "../../support/node-versions.ts";
import { expectNested, familyOf, fixtures, serving } from "./program.ts";

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test.each([
    ["an ES module", "early.mjs"],
    ["a CommonJS program", "early.cjs"],
  ])("%s: a tracer older than tracing() makes children of the root span", async (_what, file) => {
    const child = await serving(file, { node });
    const requestId = randomUUID();
    const family = await familyOf(child, requestId, "event");
    expectNested(family, requestId);
    expect(JSON.parse(family.answer.body)).toMatchObject({ spanId: family.span("outer").spanID });
    expect(child.stderr).toBe("");
  });

  test.each([
    ["--import, an ES module", "user.mjs", "--import"],
    ["--require, a CommonJS program", "user.cjs", "--require"],
  ])("register, %s: the same", async (_what, file, flag) => {
    const child = await serving(file, {
      node,
      nodeOptions: [flag, "@fcrt/trace/register"],
      env: { OTEL_TRACES_EXPORTER: "stdout" },
    });
    const requestId = randomUUID();
    const family = await familyOf(child, requestId);
    expectNested(family, requestId);
    expect(JSON.parse(family.answer.body)).toMatchObject({ spanId: family.span("outer").spanID });
    expect(child.stderr).toBe("");
  });
});

// Away from node_modules, as it is deployed.
describe("a bundle of everything", () => {
  let folder = "";
  const files = ["early.mjs", "early.cjs", "user.mjs"];
  const formats = ["esm", "cjs"] as const;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fcrt-"));
    for (const format of formats) {
      await build({
        config: false,
        entry: Object.fromEntries(files.map((file) => [file.replace(".", "-"), fixtures + file])),
        format,
        outDir: folder,
        clean: false,
        dts: false,
        report: false,
        logLevel: "error",
        deps: { alwaysBundle: [/^[^.]/], onlyBundle: false },
        // Some bundlers leave it so.
        ...(format === "cjs" && { define: { "import.meta.url": "undefined" } }),
      });
    }
  });
  afterAll(async () => rm(folder, { recursive: true }));

  test.each(["early-mjs.mjs", "early-mjs.cjs", "early-cjs.mjs", "early-cjs.cjs"])(
    "%s: a tracer older than tracing() makes children of the root span",
    async (file) => {
      const child = await serving(join(folder, file));
      const requestId = randomUUID();
      expectNested(await familyOf(child, requestId, "event"), requestId);
      expect(child.stderr).toBe("");
    },
  );

  test.each(["user-mjs.mjs", "user-mjs.cjs"])(
    "%s with register: a tracer taken while it runs makes children of the root span",
    async (file) => {
      const register = fileURLToPath(
        new URL("../../../packages/trace/dist/register.cjs", import.meta.url),
      );
      const child = await serving(join(folder, file), {
        nodeOptions: ["--require", register],
        env: { OTEL_TRACES_EXPORTER: "stdout" },
      });
      const { root, span } = await familyOf(child, randomUUID());
      expect(span("inner")).toMatchObject({ traceID: root.traceID, parentSpanID: root.spanID });
      expect(child.stderr).toBe("");
    },
  );
});
