import fc from "fast-check";
import { test } from "vitest";
import { sendOverEach } from "./connections.ts";
import { counted, fuzz } from "./fuzz.ts";
import { anyConnection } from "./raw-requests.ts";
import { expectNoSecret } from "./stdout.ts";
import { startTarget, ways } from "./target.ts";

const atOnce = 50;

// 100,000 connections in all.
test.each(ways)(
  "Whatever bytes come to a program that uses %s, it goes on, tells the truth and keeps its secrets",
  async (way, format) => {
    const target = await startTarget(way, format);

    const sent = counted(`connections to ${way}`);
    await fuzz(
      fc.asyncProperty(
        fc.array(anyConnection(), { minLength: 1, maxLength: atOnce, size: "max" }),
        async (connections) => {
          const program = await target();
          sent.add(connections.length);
          const open = sendOverEach(program.port, connections);
          // Who hangs up before that has no answer.
          await program.reached();
          for (const answer of await open.end()) expectAnswers(answer);
          await program.newLines();
        },
      ),
      { quick: 3, full: 1_450 },
    );
    sent.tell();
  },
);

/** Fails unless each answer says its status once, and no field is one that a stranger has put there. */
function expectAnswers(bytes: string): void {
  const answers = bytes.match(/HTTP\/1\.1 (?!1)\d{3} /g)?.length ?? 0;
  const statuses = bytes.match(/\r\nx-fc-status: (200|404)\r\n/gi)?.length ?? 0;
  if (answers !== statuses)
    throw new Error(`Expected \`x-fc-status\` once, got ${JSON.stringify(bytes)}`);
  if (/[\r\n]x-forged/i.test(bytes))
    throw new Error(`Expected no such field: ${JSON.stringify(bytes)}`);
  expectNoSecret("an answer", bytes);
}
