// What is mutated, and the tests that have to notice: quick ones, in this process.
const loads = "test/mutation/loads.test.ts";

export const targets = {
  protocol: {
    sources: ["packages/core/src/protocol/*.ts"],
    tests: [loads, ...["wire", "redact", "line"].map((name) => `test/contract/${name}.test.ts`)],
  },
  invocation: {
    sources: ["packages/core/src/invocation/*.ts"],
    tests: [
      loads,
      ...[
        "context",
        "credentials",
        "deadline-watch",
        "errors",
        "header-names",
        "hooks",
        "invocations",
        "promises",
        "running-set",
        "scope",
      ].map((name) => `test/invocation/${name}.test.ts`),
    ],
  },
  line: {
    sources: ["packages/logger/src/line-format.ts"],
    tests: ["test/logger/format/line-format.test.ts"],
  },
};
