import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import commonjsPlugin from "@rollup/plugin-commonjs";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build } from "esbuild";
import { rollup } from "rollup";
import { beforeAll, describe, expect, test } from "vitest";
import webpack from "webpack";
import { installAll, packed } from "./installed.ts";
import { npm } from "./managers.ts";
import { runNode } from "./run.ts";

// Its types are those of a CommonJS module, but Node takes the ES module, whose default is the function.
const commonjs = commonjsPlugin as unknown as typeof commonjsPlugin.default;

/** Bundles an entry into one file. */
type Bundle = (entry: string, outfile: string) => Promise<void>;

const bundlers: Readonly<Record<string, Bundle>> = {
  async "esbuild.mjs"(entry, outfile) {
    await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm" });
  },
  async "esbuild.cjs"(entry, outfile) {
    const entryPoints = [entry.replace(".mjs", ".cjs")];
    await build({ entryPoints, outfile, bundle: true, platform: "node", format: "cjs" });
  },
  async "rollup.mjs"(input, file) {
    const plugins = [nodeResolve({ exportConditions: ["node"] }), commonjs()];
    const onwarn = ({ message }: { message: string }): void => {
      throw new Error(message);
    };
    const bundle = await rollup({ input, plugins, onwarn });
    await bundle.write({ file });
  },
  async "webpack.cjs"(entry, outfile) {
    const output = { path: join(outfile, ".."), filename: "webpack.cjs" };
    const problems = await new Promise((resolve, reject) => {
      const options = { optimization: { minimize: false }, mode: "production" } as const;
      webpack({ entry, output, target: "node20", ...options }, (error, stats) => {
        if (error) reject(error);
        else resolve(stats?.toString({ all: false, errors: true, warnings: true }));
      });
    });
    expect(problems).toBe("");
  },
};

const place = packed();
let folder = "";
beforeAll(async () => {
  folder = await installAll(place(), npm);
});

test.each(Object.entries(bundlers))(
  "a function that is bundled into the one file %s serves an invocation",
  async (name, bundle) => {
    // Where no package is to be found.
    const empty = join(place().folder, "bundled", name);
    mkdirSync(empty, { recursive: true });
    await bundle(join(folder, "function.mjs"), join(empty, name));

    const fcrt = join(folder, "node_modules/@fcrt/cli/dist/fcrt.mjs");
    const args = [fcrt, "invoke", "--event", '{"name":"you"}', "--", process.execPath, name];
    const output = await runNode(args, empty);
    expect(output).toContain(
      '< {"hello":"you","known":true,"traced":true,"header":"x-fc-request-id"}',
    );
    expect(output).toContain(' [INFO] invoked {"entries":4}\n');
  },
);

describe("a bundler that leaves out what is unused", () => {
  const unused = ["@fcrt/core", "@fcrt/core/protocol", "@fcrt/core/start", "@fcrt/logger"];
  test.each([...unused, "@fcrt/core/extension", "@fcrt/trace"])("leaves out %s", async (name) => {
    expect(await bundled(`import * as all from "${name}";`)).toBe("");
  });

  test.each(["core", "logger", "trace"])("keeps @fcrt/%s/register", async (name) => {
    expect(await bundled(`import "@fcrt/${name}/register";`)).toContain(" runtime inited.");
  });

  test("takes of @fcrt/core/protocol what is named", async () => {
    const text = await bundled(
      'import { header } from "@fcrt/core/protocol"; console.log(header.status);',
    );
    expect(text).toContain("x-fc-status");
    expect(text).not.toContain("FC Invoke");
  });

  const bundled = async (source: string): Promise<string> => {
    const entry = join(folder, "unused.mjs");
    writeFileSync(entry, source);
    const options = { bundle: true, write: false, platform: "node", format: "esm" } as const;
    const { outputFiles } = await build({ entryPoints: [entry], ...options });
    return outputFiles.map(({ text }) => text).join("");
  };
});
