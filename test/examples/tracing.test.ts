import { join } from "node:path";
import { expect, test } from "vitest";
import { send, withId } from "../process/program.ts";
import { startChild } from "../support/child.ts";
import type { Child } from "../support/child.ts";
import { startCollector } from "../support/collector.ts";
import { invoke } from "../support/platform-request.ts";
import { functionOf } from "./deployment.ts";
import { folderOf } from "./folder.ts";

const paid = "1-67a59f35-150c1267-f381ba1c085c";
const refused = "1-67a59f35-150c1267-0123456789ab";

test("tracing-collector: a collector has each trace before the answer", async () => {
  const collector = await startCollector();
  const child = await started("tracing-collector", {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
  });

  const ok = invoke('{"id":7,"item":"tea","card":"ok"}');
  expect(await send(child, withId(paid, ok))).toMatchObject({ status: 200, fcStatus: "200" });
  const names = collector.spans.map(({ traceId, name }) => `${traceId} ${name}`);
  const traceId = "000067a59f35150c1267f381ba1c085c";
  expect(names).toEqual([`${traceId} reserve`, `${traceId} charge`, `${traceId} my-function`]);

  const notOk = invoke('{"id":8,"item":"tea","card":"refused"}');
  expect(await send(child, withId(refused, notOk))).toMatchObject({ status: 404, fcStatus: "404" });
  const root = collector.spans.at(-1);
  expect(root).toMatchObject({ name: "my-function", status: { code: "ERROR" }, parentSpanId: "" });
  expect(root?.events.map(({ name }) => name)).toEqual(["exception"]);
});

test("tracing-sls: spans go with the credentials of the invocation", async () => {
  const collector = await startCollector();
  const child = await started("tracing-sls", {
    // It cannot say anything else than what is tested.
    ...(await functionOf("tracing-sls", "s.yaml")).environmentVariables,
    SLS_OTEL_TRACE_ENDPOINT: collector.origin,
  });

  const event = invoke('{"events":[{"oss":{"object":{"key":"a.jpg"}}}]}', {
    "x-fc-access-key-id": "STS.id",
    "x-fc-access-key-secret": "a secret",
    "x-fc-security-token": "a token",
  });
  expect(await send(child, withId(paid, event))).toMatchObject({ body: '{"made":1}' });

  expect(collector.posts).toHaveLength(1);
  expect(collector.posts[0]).toMatchObject({
    path: "/opentelemetry/v1/traces",
    headers: {
      "x-sls-otel-project": "my-project",
      "x-sls-otel-instance-id": "my-instance",
      "x-sls-otel-ak-id": "STS.id",
      "x-sls-otel-ak-secret": "a secret",
      "x-sls-otel-token": "a token",
    },
  });
  expect(collector.spans.map(({ name }) => name)).toEqual(["thumbnail", "my-function"]);
  expect(collector.spans[0]?.resource).toMatchObject({
    "deployment.environment.name": "production",
  });
  expect(child.stdout + child.stderr).not.toContain("a secret");
});

async function started(example: string, env: Record<string, string>): Promise<Child> {
  const child = await startChild(join(folderOf(example), "index.js"), { env });
  await child.line("inited");
  return child;
}
