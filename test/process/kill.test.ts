import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import type { Child } from "../support/child.ts";
import { httpInvoke, invoke } from "../support/platform-request.ts";
import type { PlatformRequest } from "../support/platform-request.ts";
import { endOf, exitOf, headOf, linesOf, serving, startOf, within, withId } from "./program.ts";

const rounds = 100;
const empty = { "content-length": 0 };

const kinds = [
  {
    kind: "an event",
    request: invoke("", empty),
    last: '"stackTrace":[]}',
    told: (id: string) => [`${id} [ERROR] enough`, endOf(id, "Handled")],
  },
  {
    kind: "an HTTP request",
    request: httpInvoke("GET", "/"),
    last: "\r\n0\r\n\r\n",
    told: (id: string) => [endOf(id)],
  },
];

describe.each(kinds)("with the last byte of the response to $kind", ({ request, last, told }) => {
  const everyLineOf = (id: string): string[] => [
    startOf(id),
    ...[1, 2, 3].map((index) => `line ${index} of ${id} `),
    ...told(id),
  ];

  test(`every line of it is in the pipe, ${rounds} times: the process is stopped there`, async () => {
    const child = await serving("kill.mjs");
    for (let round = 0; round < rounds; round++) {
      const id = `frozen-${round}`;
      await lastByte(child, withId(id, request), last, "SIGSTOP");
      // Whatever arrives now was written before: a stopped process writes nothing.
      await child.line(everyLineOf(id).at(-1) ?? "");
      expect(linesOf(child, id)).toEqual(everyLineOf(id));
      child.process.kill("SIGCONT");
    }
  });

  test.each(Array.from({ length: 10 }, (_, index) => index))(
    "a kill loses nothing (%i)",
    async (index) => {
      const child = await serving("kill.mjs");
      const id = `killed-${index}`;

      await lastByte(child, withId(id, request), last, "SIGKILL");

      expect(await exitOf(child)).toBe("SIGKILL");
      expect(linesOf(child, id)).toEqual(everyLineOf(id));
    },
  );
});

/** Sends a request and, at the very moment that the last byte of its response is read, the signal. */
async function lastByte(
  child: Child,
  request: PlatformRequest,
  last: string,
  signal: NodeJS.Signals,
): Promise<void> {
  const socket = connect(child.port, "127.0.0.1");
  let received = "";
  socket.setEncoding("latin1").write(headOf(request));
  const read = new Promise<void>((resolve, reject) => {
    socket.once("error", reject).on("data", (text: string) => {
      received += text;
      if (!received.endsWith(last)) return;
      child.process.kill(signal);
      resolve();
    });
  });
  await within(read, `a response that ends with ${last}`, () => received);
  socket.destroy();
  await once(socket, "close");
}
