import { METHODS } from "node:http";
import { parseMarker } from "@fcrt/core/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { platformHeaders } from "../support/platform-request.ts";
import { sendOverEach } from "./connections.ts";
import { counted, fuzz } from "./fuzz.ts";
import { anyBody, anyField, anyTarget } from "./raw-requests.ts";
import { startTarget, ways } from "./target.ts";

const atOnce = 50;

interface ClientRequest {
  readonly method: string;
  readonly target: string;
  readonly fields: readonly string[];
  readonly body: string;
}

// What a gateway understands, and so passes on in its own framing.
const visible = /^[!-~\u0080-\u00ff]{1,2000}$/;
const wellFormed = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\u0080-\u00ff]{0,1000}$/;
const framing =
  /^(content-length|transfer-encoding|connection|expect|upgrade|x-fc-request-id|x-fc-\S*timeout):/i;

const anyRequest: fc.Arbitrary<ClientRequest> = fc.record({
  method: fc.constantFrom("GET", "POST", ...METHODS.filter((name) => name !== "CONNECT")),
  target: anyTarget.filter((target) => visible.test(target)),
  fields: fc
    .array(
      fc.oneof(
        anyField,
        fc
          .tuple(
            fc.constantFrom(
              "x-fc-control-path",
              "X-Fc-Control-Path",
              "x_fc_control_path",
              "x-fc-control-path-",
            ),
            fc.constantFrom(
              "/invoke",
              "/initialize",
              "/pre-stop",
              "/pre-freeze",
              "",
              " ",
              ", /invoke",
              "/http-invoke",
            ),
          )
          .map((field) => field.join(": ")),
      ),
      { maxLength: 6 },
    )
    .map((fields) => fields.filter((field) => wellFormed.test(field) && !framing.test(field))),
  body: anyBody(),
});

/** What becomes of the headers of a client that claim to be the platform's. */
const gateways: Readonly<
  Record<string, (own: readonly string[], client: readonly string[]) => string[]>
> = {
  "drops them": (own, client) => [...own, ...client.filter((field) => !/^x-fc-/i.test(field))],
  "puts its own behind them": (own, client) => [...client, ...own],
  "puts its own before them": (own, client) => [...own, ...client],
};

// 20,000 requests for each way, of three gateways.
test.each(ways)(
  "Whatever a client of the HTTP trigger sends to a program that uses %s, it is one HTTP invocation at most",
  async (way, format) => {
    const target = await startTarget(way, format);

    const sent = counted(`requests to ${way}`);
    await fuzz(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(gateways)),
        fc.array(anyRequest, { minLength: 1, maxLength: atOnce, size: "max" }),
        async (gateway, requests) => {
          const program = await target();
          sent.add(requests.length);
          const open = sendOverEach(
            program.port,
            requests.map((request) => textOf(request, gateway)),
          );
          await program.reached();
          await open.end();

          const lines = await program.newLines();
          const called = lines.flatMap((line) => /called: ([\w-]+)/.exec(line)?.[1] ?? []);
          expect(called.filter((kind) => kind !== "http-invoke")).toEqual([]);
          expect(called.length).toBeLessThanOrEqual(requests.length);
          const started = lines
            .map((line) => parseMarker(line))
            .filter((marker) => marker?.moment === "Start");
          expect(started.length).toBeLessThanOrEqual(requests.length);
          for (const marker of started) expect(marker?.phase).toBe("Invoke");
        },
      ),
      { quick: 3, full: 300 },
    );
    sent.tell();
  },
);

function textOf({ method, target, fields, body }: ClientRequest, gateway: string): string {
  const own = Object.entries({
    ...platformHeaders,
    "x-fc-request-id": "client",
    "x-fc-control-path": "/http-invoke",
    "content-length": String(body.length),
    connection: "close",
  }).map((field) => field.join(": "));
  const head = [`${method} ${target} HTTP/1.1`, ...(gateways[gateway]?.(own, fields) ?? [])];
  return [...head, "", body].join("\r\n");
}
