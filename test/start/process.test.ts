import { describe, expect, test } from "vitest";
import { endOf, exitOf, linesOf, send, startOf, withId } from "../process/program.ts";
import { httpInvoke, invoke, requestIds } from "../support/platform-request.ts";
import { serving } from "./program.ts";

const { fc3 } = requestIds;

test("It listens on the platform's port, and a signal calls preStop", async () => {
  const child = await serving({ handler: "esm/process.logs", preStop: "esm/process.preStop" });
  expect(await send(child, invoke())).toMatchObject({ status: 200, body: "" });

  child.process.kill("SIGTERM");

  expect(await exitOf(child)).toBe(0);
  const stopping = child.lines.slice(
    child.lines.findIndex((line) => line.includes("PreStop Start")),
  );
  expect(
    stopping.map((line) => line.replace(/^\S{23} /, "").replaceAll(/[\da-f-]{36}/g, "ID")),
  ).toEqual([
    "FC PreStop Start RequestId: ID",
    "ID [INFO] stopping",
    "ID [INFO] string",
    "FC PreStop End RequestId: ID",
  ]);
});

test("Functions start in the working directory when nothing else is said, in `root` else", async () => {
  const child = await serving({ handler: "index.nothing", root: "esm" });
  expect(await send(child, invoke())).toMatchObject({ status: 200 });
});

test("A callback that never comes is ended by the deadline", async () => {
  const child = await serving({ handler: "esm/process.never" });
  const answer = await send(child, invoke("{}", { "x-fc-function-timeout": "1" }));
  expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
  expect(JSON.parse(answer.body)).toMatchObject({ errorType: "FCRT_DEADLINE_PASSED" });
});

test("What is thrown outside of the handler's promise fails its invocation, and the instance goes", async () => {
  const child = await serving({ handler: "esm/process.crash" });
  const answer = await send(child, invoke());
  expect(answer).toMatchObject({ status: 404, fcStatus: "404" });
  expect(JSON.parse(answer.body)).toMatchObject({ errorType: "ReferenceError" });
  expect(await exitOf(child)).toBe(1);
});

test("Invocations at the same time each print their own request ID", async () => {
  const child = await serving({ handler: "esm/process.together" });

  const answers = await Promise.all(
    ["1", "2"].map(async (id) => send(child, withId(id, invoke(id)))),
  );

  expect(answers.map(({ body }) => body)).toEqual(["1", "2"]);
  for (const id of ["1", "2"]) {
    expect(linesOf(child, id)).toEqual([
      startOf(id),
      `${id} [INFO] before ${id}`,
      `${id} [INFO] after ${id}`,
      endOf(id),
    ]);
  }
});

test.each([
  { form: "event" as const, handler: "esm/process.parametersOfEvent" },
  { form: "http" as const, handler: "esm/process.parametersOfRequest" },
])("A query of many parameters takes no longer than it is long, as $form", async (options) => {
  const nodeOptions = ["--max-http-header-size=1000000"];
  const child = await serving(options, { nodeOptions });
  const names = Array.from({ length: 20_000 }, (_, index) => index.toString(36));
  const query = [...names, ...names].join("&");

  // In the square of its length it would not be answered in a minute.
  expect(await send(child, { ...httpInvoke(), path: `/?${query}` })).toMatchObject({
    status: 200,
    body: "20000",
  });
});

test("A large body streams through an HTTP function of FC 2.0", async () => {
  const child = await serving({ handler: "esm/process.http", form: "http" });
  const body = "x".repeat(5_000_000);

  const answer = await send(child, { ...httpInvoke("POST"), body });

  expect(answer).toMatchObject({ status: 200, fcStatus: "200" });
  expect(answer.body.length).toBe(body.length);
});

describe("ALIYUN_FC_LOG_LEVEL", () => {
  test("holds for console and context.logger, and in any case", async () => {
    const env = { ALIYUN_FC_LOG_LEVEL: "WARN" };
    const child = await serving({ handler: "esm/process.logs" }, { env });
    await send(child, invoke());
    expect(linesOf(child, fc3)).toEqual([
      startOf(fc3),
      `${fc3} [WARN] console warn`,
      `${fc3} [ERROR] logger error`,
      endOf(fc3),
    ]);
  });
});

test("A console that @fcrt/logger has captured stays its own", async () => {
  const nodeOptions = ["--import", "@fcrt/logger/register"];
  const env = { FCRT_LOG_LEVEL: "error" };
  const child = await serving({ handler: "esm/process.logs" }, { nodeOptions, env });
  await send(child, invoke());
  expect(linesOf(child, fc3)).toEqual([
    startOf(fc3),
    `${fc3} [INFO] logger info`,
    `${fc3} [ERROR] logger error`,
    endOf(fc3),
  ]);
});
