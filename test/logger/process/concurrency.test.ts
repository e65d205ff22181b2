import { parseMarker } from "@fcrt/core/protocol";
import { describe, expect, test } from "vitest";
import { endOf, exitOf, send, startOf, withId } from "../../process/program.ts";
import { nodeVersions } from "../../support/node-versions.ts";
import { httpInvoke, invoke } from "../../support/platform-request.ts";
import { saidIn, serving } from "./program.ts";

const invocations = 200;
const linesEach = 200;

const modes = [
  { how: "text, at once", env: {} },
  { how: "text, buffered", env: { FCRT_LOG_BUFFERED: "on" } },
  { how: "json, at once", env: { FCRT_LOG_FORMAT: "json" } },
  { how: "json, buffered", env: { FCRT_LOG_FORMAT: "json", FCRT_LOG_BUFFERED: "on" } },
];

/** Every combination on the Node of the tests, two of them on each of the others. */
const runs = nodeVersions.flatMap((version) =>
  (version.path === process.execPath ? modes : modes.slice(0, 2)).map((mode) => ({
    ...version,
    ...mode,
  })),
);

describe.each(runs)("on Node $version, $how", ({ path: node, env }) => {
  test(`each of ${linesEach} lines of each of ${invocations} concurrent invocations has its own id`, async () => {
    const size = { COUNT: String(linesEach), TOGETHER: String(invocations) };
    const child = await serving("concurrent.mjs", { node, env: { ...size, ...env } });
    const ids = Array.from({ length: invocations }, (_, index) => `invocation-${index}`);

    const answers = await Promise.all(
      ids.map((id, index) => send(child, withId(id, index % 2 ? invoke() : httpInvoke()))),
    );
    child.process.kill("SIGTERM");
    expect(await exitOf(child)).toBe(0);

    for (const { status, fcStatus } of answers) expect([status, fcStatus]).toEqual([200, "200"]);
    const stories = new Map<string, string[]>();
    let switches = 0;
    let last = "";
    for (const line of child.lines.slice(1)) {
      const marker = parseMarker(line);
      const { requestId, text } = marker
        ? { requestId: marker.requestId, text: line }
        : { requestId: saidIn(line).requestId, text: saidIn(line).message };
      stories.set(requestId, [...(stories.get(requestId) ?? []), text.replace(/ \{.*\}$/, "")]);
      if (last !== requestId) switches += 1;
      last = requestId;
    }
    expect([...stories.keys()].toSorted()).toEqual(ids.toSorted());
    for (const id of ids) {
      const spoken = Array.from({ length: linesEach }, (_, index) => `${id} ${index}`);
      expect(stories.get(id)).toEqual([startOf(id), ...spoken, endOf(id)]);
    }
    // They did run at the same time.
    expect(switches).toBeGreaterThan(invocations * linesEach * 0.1);
  });
});
