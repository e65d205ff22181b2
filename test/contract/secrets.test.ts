import { inspect } from "node:util";
import { serve } from "@fcrt/core";
import { expect, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { invoke, sendTo } from "../support/platform-request.ts";

const stdout = captureStdout();

const headers = {
  host: "here",
  authorization: "Bearer CANARY",
  cookie: "it's CANARY",
  last: "kept",
};

const reasons: readonly (readonly [what: string, make: () => unknown])[] = [
  ["an error that quotes them", () => new Error(`refused ${inspect(headers)}`)],
  ["an error that quotes them as JSON", () => new Error(`refused ${JSON.stringify(headers)}`)],
  [
    "an error whose cause quotes them",
    () => new Error("x", { cause: new Error(inspect(headers)) }),
  ],
  ["an error whose cause they are", () => new Error("x", { cause: { headers } })],
  ["several errors", () => new AggregateError([new Error(inspect(headers)), headers], "x")],
  ["a text", () => `refused ${inspect(headers)}`],
  ["the headers", () => headers],
];

test.each(reasons)(
  "No secret of a client's headers is written when %s is thrown",
  async (_what, make) => {
    const runtime = await serve(
      {
        invoke() {
          throw make();
        },
      },
      { port: 0, host: "127.0.0.1" },
    );
    await sendTo(runtime.port, invoke());
    await runtime.close();

    expect(stdout.text).not.toContain("CANARY");
    expect(stdout.text).toContain("[redacted]");
    expect(stdout.text).toContain("kept");
  },
);
