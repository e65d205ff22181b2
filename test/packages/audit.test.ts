import { randomInt } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { json } from "node:stream/consumers";
import { createGunzip } from "node:zlib";
import { expect, test } from "vitest";
import { runScript } from "./run-script.ts";

const bulk = "/-/npm/v1/security/advisories/bulk";

test("asks about what is in the bundles and what an installation brings, and about no tool", async () => {
  let asked: Promise<unknown> | undefined;
  const { exitCode, output } = await auditAgainst((request, response) => {
    asked = json(request.pipe(createGunzip()));
    response.setHeader("content-type", "application/json").end("{}");
  });

  expect(output).toMatch(/^\d+ packages checked, 0 known vulnerabilities$/m);
  expect(exitCode).toBe(0);
  expect(await asked).toMatchObject({
    commander: [expect.any(String)],
    pino: [expect.any(String)],
    "sonic-boom": [expect.any(String)],
    "@opentelemetry/otlp-transformer": [expect.any(String)],
  });
  expect(await asked).not.toHaveProperty("vitest");
});

test.each([
  { severity: "critical", expected: 1 },
  { severity: "high", expected: 1 },
  { severity: "moderate", expected: 0 },
])(
  "ends with $expected when a $severity vulnerability is known",
  async ({ severity, expected }) => {
    const advisory = {
      // npm remembers what it once learned of an advisory.
      id: randomInt(1e9),
      url: "https://advisories.example/1",
      title: "Reads what it should not",
      severity,
      vulnerable_versions: "<1000",
    };
    const { exitCode, output } = await auditAgainst((request, response) => {
      if (request.url !== bulk) response.writeHead(404).end("{}");
      else response.end(JSON.stringify({ pino: [advisory] }));
    });

    expect(output).toContain(`${severity}: pino: Reads what it should not, ${advisory.url}`);
    expect(exitCode).toBe(expected);
  },
);

test("says that nothing was checked when the registry has no answer", async () => {
  const { exitCode, output } = await auditAgainst((_request, response) => {
    response.writeHead(405).end();
  });

  expect(output).toContain("Not checked: the registry gave no answer about vulnerabilities.");
  expect(exitCode).toBe(2);
});

async function auditAgainst(listener: RequestListener) {
  const registry = createServer(listener);
  await new Promise<void>((resolve) => registry.listen(0, "127.0.0.1", resolve));
  const { port } = registry.address() as { port: number };
  try {
    return await runScript("audit.mjs", [], {
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_fetch_retries: "0",
    });
  } finally {
    registry.closeAllConnections();
    registry.close();
  }
}
