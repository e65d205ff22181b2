import { existsSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nodeVersions } from "../support/node-versions.ts";
import { installAll, packed } from "./installed.ts";
import { npm } from "./managers.ts";
import { runNode } from "./run.ts";

interface SourceMap {
  readonly sources: readonly string[];
  readonly sourcesContent?: readonly string[];
}

const place = packed();
let folder = "";
beforeAll(async () => {
  folder = await installAll(place(), npm);
});

test.each(["core", "logger", "trace", "cli"])(
  "the maps of @fcrt/%s lead to files that are in the package, and hold no copies of them",
  (name) => {
    const dist = join(folder, "node_modules/@fcrt", name, "dist");
    const maps = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((file) =>
      file.endsWith(".map"),
    );
    expect(maps).not.toEqual([]);
    for (const file of maps) {
      const map = JSON.parse(readFileSync(join(dist, file), "utf8")) as SourceMap;
      const missing = map.sources.filter(
        (source) => !existsSync(join(dist, dirname(file), source)),
      );
      expect(missing).toEqual([]);
      expect(map.sourcesContent).toBeUndefined();
    }
  },
);

describe.each(nodeVersions)("on Node $version with --enable-source-maps", ({ path: node }) => {
  test.each(["stack.mjs", "stack.cjs"])(
    "a stack in %s leads to the places in the sources, and in the code of others to the bundle",
    async (program) => {
      const output = await runNode(["--enable-source-maps", program], folder, { node });

      const frames = framesIn(output);
      expect(frames).toContainEqual([
        "refuseUnknown",
        "core/src/option-errors.ts",
        "new FcrtError(",
      ]);
      expect(frames).toContainEqual(["settingsOf", "logger/src/options.ts", "refuseUnknown("]);
      expect(frames).toContainEqual(["createLogger", "logger/src/create-logger.ts", "settingsOf("]);
      expect(frames).toContainEqual(["Pino.callMethod", "logger/src/create-logger.ts", "apply("]);
      const file = expect.stringMatching(/^logger\/dist\/index\.[cm]js$/);
      expect(frames).toContainEqual(["Pino._asJson", file, expect.any(String)]);
    },
  );
});

/** Of each frame in our packages the function, the file, and the call that stands at its place. */
function framesIn(text: string): string[][] {
  const frame = /at (\S+) .*?\(?(?:file:\/\/)?(\/[^)]*\/@fcrt\/([^:]+)):(\d+):(\d+)\)?/g;
  return [...text.matchAll(frame)].map(([, name = "", path = "", file = "", line, column]) => {
    const source = readFileSync(path, "utf8").split("\n")[Number(line) - 1] ?? "";
    const [call = ""] = /^(?:new )?\w+\(?/.exec(source.slice(Number(column) - 1)) ?? [];
    return [name, file, call];
  });
}
