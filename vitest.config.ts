import { defineConfig, type ViteUserConfig } from "vitest/config";

// Tests see the sources of the packages; a fixture that runs as a process of its own sees the build.
const conditions = ["@fcrt/source", "node", "development|production"];
const externalConditions = ["@fcrt/source", "node", "module-sync"];

/**
 * What takes minutes and runs on its own (`npm run suites`): a folder of test/, and how many of its tests run at once,
 * which in most of them wait more than they work.
 */
const suites = { check: 5, packages: 12, ecosystem: 12, examples: 12, site: 12 };

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions } },
  test: {
    pool: "forks",
    // More than the two cores that this runs on at least: the longest tests wait most of their time.
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 20_000,
    coverage: { include: ["packages/*/src/**"] },
    projects: [
      {
        extends: true,
        test: {
          name: "main",
          include: ["test/**/*.test.ts", "packages/*/test/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...Object.keys(suites).map((name) => `test/${name}/**`)],
        },
      },
      ...Object.entries(suites).map(([name, maxConcurrency]) => ({
        extends: true as const,
        test: {
          name,
          include: [`test/${name}/**/*.test.ts`],
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxConcurrency,
        },
      })),
    ],
  },
});

export default config;
