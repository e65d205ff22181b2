import { defineConfig, type ViteUserConfig } from "vitest/config";

// Tests see the sources of the packages; a fixture that runs as a process of its own sees the build.
const conditions = ["@fcrt/source", "node", "development|production"];
const externalConditions = ["@fcrt/source", "node", "module-sync"];

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions } },
  test: {
    include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    pool: "forks",
    // More than the two cores that this runs on at least: the longest tests wait most of their time.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { include: ["packages/*/src/**"] },
  },
});

export default config;
