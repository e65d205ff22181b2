import { targets } from "./targets.mjs";

const name = process.env.MUTATION;

export default {
  mutate: targets[name].sources,
  testRunner: "vitest",
  plugins: ["@stryker-mutator/vitest-runner"],
  vitest: { configFile: "test/mutation/vitest.config.mjs", related: false },
  coverageAnalysis: "perTest",
  concurrency: 2,
  // A mutant that never comes out of its loop.
  timeoutMS: 15_000,
  tempDirName: ".cache/mutation",
  ignorePatterns: ["docs", "bench", "examples", "release", "coverage", "dist"],
  reporters: ["json", "html", "progress-append-only"],
  jsonReporter: { fileName: `.cache/mutation-report/${name}.json` },
  htmlReporter: { fileName: `.cache/mutation-report/${name}.html` },
  allowConsoleColors: false,
  warnings: { slow: false },
};
