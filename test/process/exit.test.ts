import { describe, expect, test } from "vitest";
import { nodeVersions } from "../support/node-versions.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import {
  endOf,
  exitOf,
  expectPairedMarkers,
  linesOf,
  send,
  serving,
  startOf,
  withId,
} from "./program.ts";

const culprits = [
  { where: "an event handler", request: invoke("exit"), code: 3 },
  { where: "a timer of an event handler", request: invoke("exit later"), code: 0 },
  { where: "an HTTP handler", request: httpInvoke("GET", "/exit"), code: 3 },
];

describe.each(nodeVersions)("on Node $version", ({ path: node }) => {
  test.each(culprits)(
    "`process.exit()` in $where leaves no Start without its End",
    async ({ request, code }) => {
      const child = await serving("exit.mjs", { node });
      const others = [
        send(child, withId("event", invoke("wait"))),
        send(child, withId("http", httpInvoke())),
      ];
      for (const id of ["event", "http"]) await child.line(startOf(id));

      const culprit = send(child, withId("culprit", request));

      expect(await exitOf(child)).toBe(code);
      await Promise.allSettled([...others, culprit]);
      for (const id of ["culprit", "event", "http"])
        expect(linesOf(child, id)).toEqual([
          startOf(id),
          expect.stringMatching(`^${id} \\[ERROR\\] FCRT_PROCESS_EXITED: .* code ${code} `),
          endOf(id, "Unhandled"),
        ]);
      expectPairedMarkers(child);
      expect(child.stderr).toBe("");
    },
  );
});
