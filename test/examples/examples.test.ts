import { readdirSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo, Server } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bin, fcrt, rulesIn } from "../cli/fcrt.ts";
import { deploymentOf, functionOf, mistakesIn } from "./deployment.ts";
import type { Deployment } from "./deployment.ts";
import {
  bootstrapOf,
  examplesFolder,
  fileOf,
  folderOf,
  linesOf,
  outputOf,
  pathWithNode,
} from "./folder.ts";
import { imageOf, layOut } from "./image.ts";
import { commandsIn, comparable, patternOf, quotesIn } from "./readme.ts";

/** A way to call a function: the event, the path, or both. */
interface Call {
  readonly event?: string;
  readonly http?: string;
}

/** An example, how it succeeds and fails, and why rules are skipped that ask for what it has not. */
interface Example {
  readonly name: string;
  readonly succeeds: Call;
  readonly fails: Call;
  readonly cannot: readonly RegExp[];
}

const noEvent = /takes no event/;
const noHttp = /answers no HTTP/;
const noCookie = /sets no cookie/;
const noStream = /with a stream of events/;
const quietInitialization = /initialization writes no line of its own/;

// Node closes the connection of a caller who has closed his half, so who waits for anything has no answer for him.
const halfClosed = "FC-RESILIENCE-006";

const upload = readFileSync(new URL("../fixtures/events/oss.json", import.meta.url), "utf8");

const examples: readonly Example[] = [
  {
    name: "hello",
    succeeds: { event: '{"name":"you"}', http: "/" },
    fails: { event: "{}" },
    cannot: [noCookie, noStream],
  },
  {
    name: "hono",
    succeeds: { http: "/" },
    fails: { http: "/orders/9" },
    cannot: [noEvent, noCookie, noStream, quietInitialization, /before it has got the whole/],
  },
  {
    name: "existing-express",
    succeeds: { http: "/" },
    fails: { http: "/orders/9" },
    cannot: [noEvent, noCookie, noStream, /has no initializer/, /has no such hook/],
  },
  {
    name: "streaming",
    succeeds: { http: "/?question=why" },
    fails: { http: "/" },
    cannot: [noEvent, noCookie, quietInitialization],
  },
  {
    name: "oss-trigger",
    succeeds: { event: upload },
    fails: { event: "{}" },
    cannot: [noHttp, quietInitialization],
  },
  {
    name: "tracing-collector",
    succeeds: { event: '{"id":7,"item":"tea","card":"ok"}' },
    fails: { event: '{"id":8,"item":"tea","card":"refused"}' },
    cannot: [noHttp, quietInitialization],
  },
  {
    name: "tracing-sls",
    succeeds: { event: upload },
    fails: { event: "{}" },
    cannot: [noHttp, quietInitialization],
  },
  {
    name: "built-in-handler",
    succeeds: { event: '{"item":"tea"}' },
    fails: { event: '{"item":"gold"}' },
    cannot: [noHttp],
  },
];

// Takes whatever is sent to it, so that the examples that trace have somewhere to send to.
const collector: Server = createServer((request, response) => {
  request.resume().on("end", () => response.end());
});

beforeAll(async () => {
  await new Promise<void>((resolve) => void collector.listen(0, "127.0.0.1", resolve));
  const cwd = folderOf("oss-trigger");
  const { code, stdout, stderr } = await outputOf(["npm", "run", "build"], { cwd });
  if (code !== 0) throw new Error(`Expected oss-trigger to be built: ${stdout}${stderr}`);
});

afterAll(() => void collector.close());

test("Every folder of examples/ is in the table above, and in the index", () => {
  const names = examples.map(({ name }) => name);
  const folders = readdirSync(examplesFolder, { withFileTypes: true });
  expect(names.toSorted()).toEqual(
    folders.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  );

  const index = readFileSync(join(examplesFolder, "README.md"), "utf8");
  for (const name of names) expect(index).toContain(`](${name})`);
});

test("existing-express knows nothing of us, nor does its `npm start`", () => {
  expect(fileOf("existing-express", "server.js")).not.toMatch(/fcrt|x-fc-/i);
  expect(fileOf("existing-express", "package.json")).toContain('"start": "node server.js"');
});

describe.concurrent("an example", () => {
  test.for(examples)(
    "$name keeps every rule, and skips those alone that ask for what it has not",
    { timeout: 240_000 },
    async ({ name, succeeds, fails, cannot }, { onTestFinished }) => {
      const { layers, environmentVariables } = await functionOf(name, "s.yaml");
      const ways = [...flagsOf("--", succeeds), ...flagsOf("--error-", fails)];
      const run = await fcrt(
        ["check", "--slow", "--reporter", "json", ...ways, "--", "./bootstrap"],
        {
          cwd: folderOf(name),
          env: { ...environmentVariables, ...toCollector(), PATH: pathWithNode(majorOf(layers)) },
          stopWith: onTestFinished,
        },
      );

      const rules = rulesIn(run);
      const failed = rules.filter(({ id, result }) => result === "failed" && id !== halfClosed);
      expect(failed).toEqual([]);
      const unexplained = rules.filter(
        ({ result, reason = "" }) =>
          result === "skipped" && !cannot.some((pattern) => pattern.test(reason)),
      );
      expect(unexplained).toEqual([]);
      expect(run.code).toBe(0);
    },
  );

  test.for(examples)(
    "$name prints what its README shows, with nothing but what its image holds",
    async ({ name }, { onTestFinished }) => {
      const cwd = await layOut(name);
      onTestFinished(() => rm(cwd, { recursive: true }));
      const commands = commandsIn(fileOf(name, "README.md"));
      expect(commands).not.toEqual([]);
      expect(linesOf(name)).toEqual(expect.arrayContaining(quotesIn(fileOf(name, "README.md"))));

      for (const { command, shown } of commands) {
        const script = command.replaceAll("npx @fcrt/cli", `"${process.execPath}" "${bin}"`);
        // The oldest Node that is supported; the rules are checked on the layer's.
        const env = { PATH: pathWithNode("20.10") };
        const options = { cwd, env, stopWith: onTestFinished };
        const { stdout } = await outputOf(["/bin/sh", "-c", script], options);
        expect(comparable(stdout)).toMatch(patternOf(shown));
      }
    },
  );

  test.for(examples)(
    "$name is read by Serverless Devs in two forms, the same but for where it runs",
    async ({ name }) => {
      const custom = await deploymentOf(name, "s.yaml");
      const container = await deploymentOf(name, "s.container.yaml");

      expect(mistakesIn(custom)).toEqual([]);
      expect(mistakesIn(container)).toEqual([]);
      expect(withoutPlace(container)).toEqual(withoutPlace(custom));
    },
  );

  test.for(examples)(
    "$name is started by `bootstrap` on the Node of its layer, and the same way in its image",
    async ({ name }) => {
      const { layers, customRuntimeConfig } = await functionOf(name, "s.yaml");
      const node = majorOf(layers);
      const { command, nodeFolder, executable } = bootstrapOf(name);
      const { bases, ...image } = imageOf(name);

      expect(customRuntimeConfig?.command).toEqual(["/code/bootstrap"]);
      expect({ nodeFolder, executable }).toEqual({
        nodeFolder: `/opt/nodejs${node}/bin`,
        executable: true,
      });
      expect(image).toEqual({ mistakes: [], user: "node", command });
      expect([...new Set(bases)]).toEqual([`node:${node}-bookworm-slim`]);
    },
  );
});

function flagsOf(prefix: string, { event, http }: Call): string[] {
  return [
    ...(event === undefined ? [] : [`${prefix}event`, event]),
    ...(http === undefined ? [] : [`${prefix}http`, http]),
  ];
}

function toCollector(): Record<string, string> {
  const { port } = collector.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  return { OTEL_EXPORTER_OTLP_ENDPOINT: origin, SLS_OTEL_TRACE_ENDPOINT: origin };
}

function majorOf([layer = ""]: readonly string[] = []): string {
  return /layers\/Nodejs(\d+)\//.exec(layer)?.[1] ?? "none";
}

const place = new Set([
  "runtime",
  "code",
  "layers",
  "customRuntimeConfig",
  "customContainerConfig",
]);

function withoutPlace(deployment: Deployment): unknown {
  return JSON.parse(
    JSON.stringify(deployment, (key, value: unknown) => (place.has(key) ? undefined : value)),
  );
}
