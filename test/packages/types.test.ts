import { cpSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { installAll, packed } from "./installed.ts";
import { npm } from "./managers.ts";
import { runNode } from "./run.ts";

const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

const place = packed();
let folder = "";
beforeAll(async () => {
  folder = await installAll(place(), npm);
  cpSync(join(folder, "function.ts"), join(folder, "function.cts"));
});

test.each([
  ["NodeNext", "NodeNext", ["function.js", "function.cjs"]],
  ["ESNext", "Bundler", ["function.js"]],
])(
  "a function in TypeScript compiles with module %s and resolution %s, the types of packages checked too, and runs",
  async (module, moduleResolution, programs) => {
    const outDir = join(folder, module);
    const options = { module, moduleResolution, outDir, target: "ES2022", types: ["node"] };
    const config = {
      compilerOptions: {
        ...options,
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
      },
      files: programs.map((name) => name.replace("js", "ts")),
    };
    writeFileSync(join(folder, `${module}.json`), JSON.stringify(config));

    await runNode([compiler, "--project", `${module}.json`], folder);

    for (const program of programs) {
      const fcrt = join(folder, "node_modules/@fcrt/cli/dist/fcrt.mjs");
      const command = [process.execPath, join(module, program)];
      const output = await runNode(
        [fcrt, "invoke", "--event", '{"name":"you"}', "--", ...command],
        folder,
      );
      expect(output).toContain(
        '< {"hello":"you","known":true,"traced":true,"header":"x-fc-request-id"}',
      );
    }
  },
);
