import { describe, expect, test } from "vitest";
import { call, linesOf } from "../../adopt/ways.ts";
import { endOf, send, withId } from "../../process/program.ts";
import { canary, httpInvoke, invoke } from "../../support/platform-request.ts";
import { serving, start } from "./program.ts";

const secrets = [...Object.values(canary), "CANARYbearer", "CANARYcookie"];

const clientHeaders = {
  "content-type": "application/json",
  Authorization: 'Bearer "CANARYbearer"',
  "Proxy-Authorization": "Basic CANARYbearer",
  Cookie: "session=CANARYcookie; other='CANARYcookie'",
  "Set-Cookie": ["session=CANARYcookie; Path=/", "other=CANARYcookie"],
};

const formats = ["text", "json"] as const;

describe.each(formats)("in %s", (format) => {
  test.each(["plain.cjs", "express-4.cjs", "express-5.mjs", "koa.cjs", "fastify.mjs", "nest.mjs"])(
    "no secret is on stdout when %s prints its request, response and context",
    async (file) => {
      const kind = file.endsWith(".cjs") ? "cjs" : "mjs";
      const child = await start(`start.${kind}`, {
        nodeOptions: [kind === "cjs" ? "--require" : "--import", "@fcrt/logger/register"],
        env: {
          APPLICATION: file,
          SAY: "everything",
          FCRT_LOG_FORMAT: format,
          FCRT_LOG_LEVEL: "debug",
        },
      });
      await child.line("runtime inited.");
      const body = JSON.stringify({ name: "Ada" });
      const { id } = await call(child, "POST", "/json", { body, headers: clientHeaders });
      await linesOf(child, id);
      // What it prints when the response is sent, and its head made.
      await child.line(/Invocation .* has ended/);
      const next = await call(child, "GET", "/text", { headers: clientHeaders });
      await linesOf(child, next.id);
      expect(leaksOf(child.stdout)).toEqual([]);
      expect(child.stdout).toContain("[redacted]");
    },
  );

  test.each(["off", "on"])(
    "no secret is on stdout when a function logs what it got (credential headers kept: %s)",
    async (keep) => {
      const child = await serving("secrets.mjs", { env: { FCRT_LOG_FORMAT: format, KEEP: keep } });
      for (const [id, request] of [
        ["event", invoke("{}", clientHeaders)],
        ["http", httpInvoke("GET", "/", clientHeaders)],
        ["failed", invoke("fail", clientHeaders)],
      ] as const) {
        await send(child, withId(id, request));
        await child.line(endOf(id));
      }
      expect(leaksOf(child.stdout)).toEqual([]);
      expect(child.stdout).toContain("[redacted]");
      // The lines themselves are there.
      for (const name of ["as a field", "deep down", "the request", "the context", "raw"])
        expect(child.stdout).toContain(name);
    },
  );
});

/** Lines that show a secret, cut to what is around it. */
function leaksOf(stdout: string): string[] {
  return stdout.split("\n").flatMap((line) => {
    const place = line.search(new RegExp(secrets.join("|")));
    return place < 0 ? [] : [line.slice(Math.max(0, place - 60), place + 30)];
  });
}
