// What is mutated, and the tests that have to notice, those first that notice most in the least time.
const contract = "test/contract";
const format = "test/logger/format";

export const targets = {
  protocol: {
    sources: ["packages/core/src/protocol/*.ts"],
    tests: [`${contract}/wire.test.ts`, `${contract}/redact.test.ts`, `${contract}/line.test.ts`],
  },
  invocation: {
    sources: ["packages/core/src/invocation/*.ts"],
    tests: ["context", "credentials", "errors", "hooks", "invocations"].map(
      (name) => `test/invocation/${name}.test.ts`,
    ),
  },
  line: {
    sources: ["packages/logger/src/line-format.ts"],
    tests: [`${format}/line-format.test.ts`],
  },
};
