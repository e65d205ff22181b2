import { Agent } from "node:http";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { startChild } from "../support/child.ts";
import type { WireSpan } from "../support/collector-spans.ts";
import { startCollector } from "../support/collector.ts";
import { httpInvoke, invoke, sendTo } from "../support/platform-request.ts";
import { isFull } from "./fuzz.ts";
import { ways } from "./target.ts";

const atOnce = 200;
const rounds = isFull ? 50 : 1;

const fixture = fileURLToPath(new URL("../fixtures/fuzz/credentials.mjs", import.meta.url));

// In each value, so that any part of any is found anywhere.
const mark = "MARKED";

test.each(ways)(
  `${atOnce} invocations at once of a program that uses %s see their own credentials and no others`,
  async (way, format) => {
    const collector = await startCollector();
    const packages = ["core", "logger", "trace"].map((name) => `@fcrt/${name}/register`);
    const child = await startChild(fixture, {
      nodeOptions: way === "register" ? packages.flatMap((name) => ["--import", name]) : [],
      env: {
        WAY: way,
        COUNT: String(atOnce),
        FCRT_LOG_FORMAT: format,
        OTEL_TRACES_EXPORTER: "sls",
        SLS_OTEL_PROJECT: "project",
        SLS_OTEL_INSTANCE_ID: "instance",
        SLS_OTEL_TRACE_ENDPOINT: collector.origin,
      },
    });
    await child.line("listening");
    const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
    onTestFinished(() => agent.destroy());

    for (let round = 0; round < rounds; round += 1) {
      const ids = Array.from({ length: atOnce }, (_, index) => `id-${round}-${index}`);
      const answers = await Promise.all(
        ids.map(async (id, index) => {
          const request =
            index % 2 ? invoke("{}", headersOf(id)) : httpInvoke("POST", "/", headersOf(id));
          return sendTo(child.port, { ...request, agent });
        }),
      );
      for (const [index, id] of ids.entries()) {
        const sight = JSON.parse(answers[index]?.body ?? "") as Sight;
        expect(sight.seen).toEqual([tripleOf(id).join(" ")]);
        expect(sight.elsewhere).not.toContain(mark);
        expect(JSON.stringify(answers[index]?.headers)).not.toContain(mark);
      }
    }

    await expect.poll(() => idsIn(collector.spans).size, { timeout: 10_000 }).toBe(atOnce * rounds);
    for (const { headers, body, spans } of collector.posts) {
      // Whose they are: those of one invocation, of which there is a span.
      const sent = ["id", "secret"].map((name) => headers[`x-sls-otel-ak-${name}`]);
      const owner = [...idsIn(spans)].find((id) => tripleOf(String(id))[0] === sent[0]);
      expect([...sent, headers["x-sls-otel-token"]]).toEqual(tripleOf(String(owner)));
      expect(body.includes(mark)).toBe(false);
    }
    expect(child.stdout).not.toContain(mark);
    expect(child.stdout).toContain("[redacted]");
    expect(child.stderr).toBe("");
  },
);

interface Sight {
  readonly seen: readonly string[];
  readonly elsewhere: string;
}

function tripleOf(id: string): string[] {
  return ["key", "secret", "token"].map((name) => `${mark}-${name}-of-${id}`);
}

function headersOf(id: string): Record<string, string> {
  const [key = "", secret = "", token = ""] = tripleOf(id);
  return {
    "x-fc-request-id": id,
    "x-fc-access-key-id": key,
    "X-Fc-Access-Key-Secret": secret,
    "x-fc-security-token": token,
  };
}

function idsIn(spans: readonly Pick<WireSpan, "attributes">[]): Set<unknown> {
  const ids = spans.map(({ attributes }) => attributes["faas.invocation.id"]);
  return new Set(ids.filter((id) => id !== undefined));
}
