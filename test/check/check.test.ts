import { once } from "node:events";
import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import { fcrt, isGone, rulesIn } from "../cli/fcrt.ts";

const folder = fileURLToPath(new URL("../fixtures/cli/", import.meta.url));

async function listening(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("a report", () => {
  const broken = ["--event", '{"name":"you"}', "--", "node", "FC-STATUS-002.mjs"];

  test("for people names what was expected and seen, counts, and ends with a verdict", async () => {
    const { stdout, stderr, code } = await fcrt(["check", "--only", "status", ...broken]);

    expect(stdout).toContain("✖ FC-STATUS-002");
    expect(stdout).toMatch(
      /expected {2}x-fc-status: 200\n +seen +POST \/invoke\n +HTTP\/1.1 200 OK\n/,
    );
    expect(stdout).toContain("docs/rules/FC-STATUS-002.md");
    expect(stdout).toMatch(/^ {2}status +\d+ +\d+ +\d+$/m);
    expect(stdout).toMatch(/The runtime breaks the contract: \d must/);
    expect(stdout).not.toContain("\u001b");
    expect(stderr).toBe("Starting node FC-STATUS-002.mjs\nChecking status\n");
    expect(code).toBe(1);
  });

  test("for JUnit is XML with a failure for each must", async () => {
    const { stdout } = await fcrt(["check", "--only", "status", "--reporter", "junit", ...broken]);

    expect(stdout).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<testsuites /);
    expect(stdout).toMatch(
      /<testcase classname="status" name="FC-STATUS-002 [^"]+" time="[\d.]+"><failure /,
    );
    expect(stdout.match(/<testcase /g)).toHaveLength(8);
    expect(stdout).toContain("</testsuites>");
  });

  test("for TAP has a point for each rule", async () => {
    const { stdout } = await fcrt(["check", "--only", "status", "--reporter", "tap", ...broken]);

    expect(stdout).toMatch(/^TAP version 14\n1\.\.8\nok 1 - FC-STATUS-001 /);
    expect(stdout).toMatch(/^not ok 2 - FC-STATUS-002 /m);
    expect(stdout).toMatch(/# SKIP it needs to know how to make the function fail/);
  });
});

test("--skip leaves out rules and families", async () => {
  const run = await fcrt([
    "check",
    "--reporter",
    "json",
    "--skip",
    "status,markers,fc-start-001",
    "--",
    "node",
    "keeping.mjs",
  ]);
  const ids = rulesIn(run).map(({ id }) => id);

  expect(ids).toContain("FC-START-002");
  expect(ids.filter((id) => /STATUS|MARKERS|START-001/.test(id))).toEqual([]);
});

test("--fc 2 sends what the older generation sends", async () => {
  const ways = ["--event", '{"name":"you"}', "--http", "/", "--error-http", "/fail"];
  const run = await fcrt(["check", "--fc", "2", ...ways, "--", "node", "keeping.mjs"]);

  expect(run.stdout).toContain("(FC 2.0)");
  expect(run.code).toBe(0);
});

test("without being told, it finds out that a function answers HTTP and not events", async () => {
  const port = await listening((request, response) => {
    response.writeHead(request.url === "/" ? 200 : 404, { "x-fc-status": "200" }).end();
  });

  const run = await fcrt(["check", "--reporter", "json", "--url", `http://127.0.0.1:${port}`]);

  const resultOf = (id: string): object | undefined => rulesIn(run).find((rule) => rule.id === id);
  expect(resultOf("FC-STATUS-002")).toMatchObject({ result: "passed" });
  expect(resultOf("FC-DISPATCH-001")).toMatchObject({ reason: expect.stringContaining("--event") });
  expect(resultOf("FC-MARKERS-001")).toMatchObject({
    reason: "it needs what the program writes, which `--url` does not show",
  });
});

describe("what cannot be checked is told in a sentence, with exit code 2", () => {
  const cases: [what: string, args: string[], message: string | RegExp][] = [
    ["no command", [], "Expected a command, such as `fcrt check -- node server.js`, got none"],
    ["no such program", ["--", "no-such-program"], "Expected `no-such-program` to be a program"],
    [
      "no such file",
      ["--", "node", "nothing.js"],
      /it ended with exit code 1\. .*Cannot find module/s,
    ],
    ["a command that ends at once", ["--", "true"], "it ended with exit code 0. It wrote nothing."],
    [
      "a command that never listens",
      ["--timeout", "1", "--", "node", "never-listens.mjs"],
      /to listen on port \d+, which FC_SERVER_PORT names, or on 9000: it does not\. .*running as/s,
    ],
    [
      "a command that listens elsewhere",
      ["--timeout", "3", "--", "node", "other-port.mjs", "28417"],
      "it listens on port 28417 instead",
    ],
    ["an unknown option", ["--ony", "status"], "unknown option '--ony'\n(Did you mean --only?)"],
    [
      "an unknown rule",
      ["--only", "nothing", "--", "true"],
      /Expected `--only` to name rules such as/,
    ],
    [
      "an unknown reporter",
      ["--reporter", "xml", "--", "true"],
      "Allowed choices are pretty, json",
    ],
    ["a file that is not there", ["--event", "no.json", "--", "true"], "there is no such file"],
    ["no number", ["--timeout", "soon", "--", "true"], "a number from 0.1 to 86400, got `soon`"],
    ["no address", ["--url", "localhost"], "Expected `--url` to be an address such as"],
    ["both", ["--url", "http://127.0.0.1:1", "--", "true"], "a command or `--url`, got both"],
    ["nobody there", ["--url", "http://127.0.0.1:1"], "listen at `http://127.0.0.1:1`, got no"],
  ];

  test.concurrent.each(cases)("%s", async (_what, args, message) => {
    const { code, stdout, stderr } = await fcrt(["check", ...args], {
      cwd: folder,
      stopWith: () => {},
    });

    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  test("a port that somebody else has", async () => {
    const port = await listening(() => {});

    const { code, stderr } = await fcrt(["check", "--", "node", "other-port.mjs", String(port)], {
      cwd: folder,
    });

    expect(stderr).toMatch(/it ended with exit code 1\. .*EADDRINUSE/s);
    expect(code).toBe(2);
  });
});

test("a command that ends and leaves another program behind takes it with it", async () => {
  const script = "sleep 1000 >/dev/null 2>&1 & echo left $!";
  const { stderr, code } = await fcrt(["check", "--", "sh", "-c", script]);

  const [, pid = "none"] = /left (\d+)/.exec(stderr.split("It wrote last").at(-1) ?? "") ?? [];
  expect(stderr).toContain("it ended with exit code 0");
  await expect.poll(() => isGone(Number(pid))).toBe(true);
  expect(code).toBe(2);
});

test("a stack that comes after the response is one", async () => {
  const ways = ["--only", "FC-LINES-005", "--error-event", '{"name":"you","fail":true}'];
  const run = await fcrt(["check", "--reporter", "json", ...ways, "--", "node", "late-stack.mjs"], {
    cwd: folder,
  });

  expect(rulesIn(run)).toMatchObject([{ id: "FC-LINES-005", result: "passed" }]);
});

test("a program that dies in the middle of the check is told as what was seen", async () => {
  const run = await fcrt(["check", "--reporter", "json", "--", "node", "dies.mjs"], {
    cwd: folder,
  });

  const failed = rulesIn(run).find(({ result }) => result === "failed");
  expect(failed?.seen).toMatch(/the process ended with exit code 3 before it had answered/);
  expect(run.code).toBe(1);
});
