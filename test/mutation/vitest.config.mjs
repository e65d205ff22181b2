import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { targets } from "./targets.mjs";

const packages = fileURLToPath(new URL("../../packages", import.meta.url));
const { tests } = targets[process.env.MUTATION];

export default defineConfig({
  root: fileURLToPath(new URL("../..", import.meta.url)),
  resolve: {
    // Installed packages are links to the sources as they are; what is mutated is a copy, in which this file is too.
    alias: [
      { find: /^@fcrt\/(\w+)$/, replacement: `${packages}/$1/src/index.ts` },
      { find: /^@fcrt\/(\w+)\/(\w+)$/, replacement: `${packages}/$1/src/$2.ts` },
    ],
  },
  // A mutant that waits for ever is noticed by a test that took too long.
  test: { include: tests, testTimeout: 5000 },
});
