import { describe, expect, test } from "vitest";
import { endOf, send, startOf, withId } from "../../process/program.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { httpInvoke, invoke } from "../../support/platform-request.ts";
import { serving, storyOf } from "./program.ts";

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test("pino-http adds properties of its user's to our logger", async () => {
    const child = await serving("shared-pino.mjs", { node });
    await send(child, withId("paid", httpInvoke("GET", "/")));
    const line = await child.line("request completed");
    expect(line).toMatch(/ paid \[INFO\] request completed \{.*"tenant":"t-1"/);
  });

  test("our destination finds the message and the error of somebody else's pino", async () => {
    const child = await serving("shared-pino.mjs", { node });
    await send(child, withId("failed", invoke()));
    await child.line(endOf("failed"));
    expect(storyOf(child, "failed").slice(0, 3)).toEqual([
      startOf("failed"),
      'failed [ERROR] not paid {"orderId":7}',
      "failed [ERROR] TypeError: refused",
    ]);
  });
});
