import { Agent } from "node:http";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { invoke, sendTo } from "../support/platform-request.ts";
import { fuzz } from "./fuzz.ts";
import { expectNoSecret } from "./stdout.ts";
import { startTarget } from "./target.ts";
import { anyText, secret } from "./texts.ts";

// 20,000 events in all. `"password"` is known to the event alone: nothing that is told of it quotes it.
test("Whatever an event holds, it is read as it was sent or refused in a sentence that quotes none of it", async () => {
  const target = await startTarget("serve", "text");
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());

  await fuzz(
    fc.asyncProperty(anyEvent, async (event) => {
      const program = await target();
      const answer = await sendTo(program.port, { ...invoke(event), agent });
      await program.newLines();

      expectNoSecret("an answer", answer.body);
      const { errorType, errorMessage = "", bytes, polluted } = JSON.parse(answer.body) as Told;
      const told = [answer.status, errorType, bytes, polluted];
      expect(told).toEqual(
        isJson(event.toString())
          ? [200, undefined, event.length, false]
          : [404, "FCRT_EVENT_NOT_JSON", undefined, undefined],
      );
      expect(errorMessage.length).toBeLessThan(150);
    }),
    { quick: 100, full: 20_000 },
  );
});

interface Told {
  readonly errorType?: string;
  readonly errorMessage?: string;
  readonly bytes?: number;
  readonly polluted?: boolean;
}

const anyJson = fc.oneof(
  fc.json(),
  fc.json({ stringUnit: "binary" }),
  anyText.map((text) => JSON.stringify({ password: secret, text, [text]: [text] })),
  fc.constantFrom(
    `{"__proto__":{"polluted":1},"password":"${secret}"}`,
    '{"constructor":{"prototype":{"polluted":1}},"__proto__":null}',
    '{"toString":1,"valueOf":2,"hasOwnProperty":3,"toJSON":4,"then":5,"act":"toString"}',
    '{"a":1,"a":2}',
    `[${"1e999,".repeat(50)}-0]`,
    "7",
    "null",
    '"\\ud800"',
  ),
  fc.constantFrom(10, 10_000, 100_000).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  fc.constantFrom(10, 10_000).map((depth) => '{"a":'.repeat(depth) + "1" + "}".repeat(depth)),
  fc.nat(300_000).map((length) => JSON.stringify({ password: secret, long: "x".repeat(length) })),
);

const anyEvent = fc.oneof(
  { weight: 4, arbitrary: anyJson.map((json) => Buffer.from(json)) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(anyJson, fc.nat(), fc.constantFrom("", '"', "}", "]", ",", "\0", "\n", "\\", "\u2028"))
      .map(([json, at, put]) => {
        const offset = at % (json.length + 1);
        return Buffer.from(json.slice(0, offset) + put + json.slice(offset + 1));
      }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...["", " ", "\ufeff{}", "{", "undefined", "NaN", "'x'", "{a:1}", "\u00a0{}"].map((text) =>
        Buffer.from(text),
      ),
      Buffer.from("{}", "utf16le"),
      Buffer.from([0xff, 0xfe]),
      Buffer.alloc(100_000),
    ),
  },
);

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
