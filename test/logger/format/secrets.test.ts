import { Agent, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { adopt, currentInvocation } from "@fcrt/core";
import { captureConsole, createLogger } from "@fcrt/logger";
import type { Logger } from "@fcrt/logger";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { captureStdout } from "../../support/captured-stdout.ts";
import { canary, httpInvoke, sendTo } from "../../support/platform-request.ts";
import { serveOnce } from "./in-invocation.ts";
import { writtenBy } from "./lines.ts";

const captured = captureStdout();

const formats = ["text", "json"] as const;

const names = [
  "authorization",
  "Authorization",
  "Cookie",
  "SET-COOKIE",
  "proxy-authorization",
  "x-fc-access-key-id",
  "X-FC-Access-Key-Secret",
  "X-Fc-Security-Token",
];

/** Values that are hard to find the end of. */
const values: Readonly<Record<string, string>> = {
  plain: "Bearer CANARY",
  quotes: `a="CANARY"; b='CANARY'; c=\`CANARY\``,
  "each quote": `it's CANARY`,
  "double quotes": `"CANARY" and CANARY`,
  "both quotes": `it's "CANARY"`,
  backslashes: String.raw`\CANARY\\" \' CANARY`,
  "a backslash at the end": "CANARY\\",
  "looks like a list of headers": `'cookie', 'x' CANARY "cookie", "x" CANARY \`cookie\`, \`x\` CANARY`,
  "looks like a header": `'cookie': 'x' CANARY`,
  brackets: "a=[CANARY]; b={CANARY}, c: 'CANARY' ] CANARY",
  "looks like the next field": `x", "next": "CANARY', next: 'CANARY`,
  "line breaks": `one CANARY\ntwo CANARY\r\nthree CANARY`,
  "control characters": "\0CANARY\u001b[31mCANARY\u2028CANARY\u0085CANARY",
  "not ASCII": "CANARYä😀CANARY\ud800CANARY",
  long: `${"long ".repeat(2_000)}CANARY`,
  "long, with line breaks": "a long line that Node breaks up, CANARY\n".repeat(50),
};

/** Where a header-like object can stand. */
const places: Readonly<Record<string, (name: string, value: string) => unknown>> = {
  "a field": (name, value) => ({ [name]: value }),
  headers: (name, value) => ({ headers: { host: "a", [name]: value, accept: "b" } }),
  "a deep object": (name, value) => ({ a: { b: [{ c: { [name]: value } }] } }),
  "an array of values": (name, value) => ({ headers: { [name]: [value, `second ${value}`] } }),
  "raw headers": (name, value) => ({ rawHeaders: ["Host", "a", name, value, "Accept", "b"] }),
  "many raw headers": (name, value) => ({
    rawHeaders: [...Array.from({ length: 40 }, (_, index) => `h${index}`), name, value],
  }),
  "raw headers as fields": (name, value) =>
    Object.fromEntries(Object.entries(["Host", "a", name, value, "Accept", "b"])),
  entries: (name, value) => ({
    entries: [
      ["host", "a"],
      [name, value],
    ],
  }),
  "a list of name and value": (name, value) => ({ headers: [{ name, value }] }),
  "the config of an error": (name, value) => ({ config: { headers: { [name]: value } } }),
};

const combinations = names.flatMap((name) =>
  Object.entries(values).flatMap(([kind, value]) =>
    Object.entries(places).map(([place, make]) => ({
      name,
      kind,
      place,
      value: make(name, value),
    })),
  ),
);

describe.each(formats)("In %s no secret is written", (format) => {
  test.each(Object.keys(places))("that stands in %s", (place) => {
    const logger = createLogger({ level: "info", format });
    for (const { name, kind, value } of combinations.filter((each) => each.place === place)) {
      const fields = value as object;
      expectNoSecret(`${name}, ${kind}`, () => {
        logger.info(fields);
        logger.info(fields, "with a message");
        logger.info({ nested: fields }, "nested");
        logger.child({ bound: fields }).info("bound");
        logger.error(Object.assign(new Error("request failed"), fields), "failed");
        logger.error({ err: fields });
        logger.error(new Error("outer", { cause: fields }), "failed");
        logger.error(new AggregateError([fields], "several"), "failed");
      });
    }
  });

  test.each(["%j", "%o", "%O"])("when pino puts the message together with %s", (placeholder) => {
    const logger = createLogger({ level: "info", format });
    for (const { name, kind, place, value } of combinations) {
      expectNoSecret(`${name}, ${kind}, ${place}`, () => {
        logger.info(`headers ${placeholder} are here`, value as never);
      });
    }
  });

  test("when the message is an object", () => {
    const logger = createLogger({ level: "info", format });
    for (const { name, kind, place, value } of combinations) {
      expectNoSecret(`${name}, ${kind}, ${place}`, () => logger.info({ msg: value }));
    }
  });

  test("when the message is an object that cannot be read whole", () => {
    const logger = createLogger({ level: "info", format });
    const unreadable = (): object => ({
      headers: { cookie: "CANARY" },
      get bad() {
        throw new Error("hostile");
      },
    });
    expectNoSecret("the message", () => logger.info({ a: 1 }, unreadable() as never));
    expectNoSecret("behind a placeholder", () => logger.info("%s", unreadable() as never));
  });

  test("of a very long value", () => {
    const logger = createLogger({ level: "info", format });
    const authorization = "CANARY ".repeat(1_500_000);
    expectNoSecret("10 MB", () => logger.info({ headers: { authorization } }, "the message"));

    expect(captured.text).toContain("the message");
    expect(captured.lines).toHaveLength(1);
  });

  test("of a request, its headers and the context of the invocation", async () => {
    const logger = createLogger({ level: "info", format });
    await expectNoSecretOfCall((request) => {
      const invocation = currentInvocation();
      logger.info({ request, headers: request.headers, rawHeaders: request.rawHeaders });
      logger.info({ distinct: request.headersDistinct, web: [...webHeadersOf(request.headers)] });
      logger.info(
        { context: invocation?.context, copy: { ...(invocation?.context as object) } },
        "context",
      );
      logger.info({ credentials: invocation?.context.credentials });
      logger.info(request, "the request");
      logger.info(`in a text: ${String(invocation?.context.credentials)}`);
      logger.error({ err: Object.assign(new Error("x"), { request }) });
    });
  });

  test("when the secret is the reason of a failure", async () => {
    const logger = createLogger({ level: "info", format });
    await serveOnce((context) => {
      context.fail({ headers: { authorization: "Bearer CANARY" } });
      throw new Error("outer", { cause: { headers: { cookie: "CANARY" } } });
    });
    logger.info("done");

    expect(captured.text).not.toContain("CANARY");
  });

  test("while what only sounds like one stays whole", () => {
    const logger = createLogger({ level: "info", format });
    const fields = {
      cookieCount: "three",
      hasAuthorization: "yes",
      "authorization-endpoint": "https://example.com",
      cookies: "eaten",
      missing: "cookie",
      header: "authorization",
      path: "/x",
      list: [{ name: "x-fc-region", value: "cn" }],
      text: 'the header "authorization" is missing, "cookie": none',
    };
    const message = 'The header "authorization" is missing, as is cookie: see the docs';
    logger.info(fields, message);

    const said = JSON.stringify(fields);
    expect(captured.text).toContain(
      format === "text" ? `] ${message} ${said}\n` : said.slice(1, -1),
    );
    expect(captured.text).toContain(format === "text" ? message : JSON.stringify(message));
  });

  test.each([
    "cookie: 'oops",
    'cookie: "oops',
    "cookie: [oops",
    "authorization: `oops",
    'authorization", "',
    "Set-Cookie, 'a",
    "cookie: 'a' + '",
    "\\",
  ])("and what stands behind %j is not taken for a part of it", (text) => {
    const logger = createLogger({ level: "info", format });
    const fields = { text, list: [text, "kept"], [text]: "kept too", last: { after: "c" } };
    const line = written(() => logger.info(fields, "the message"));

    const record = JSON.parse(line.slice(line.indexOf("{"), -1)) as unknown;
    expect(record).toMatchObject({ list: [expect.any(String), "kept"], last: { after: "c" } });
    expect(Object.values(record as object)).toContain("kept too");
  });

  test("and many values that are no texts are kept, with all that follows", () => {
    const logger = createLogger({ level: "info", format });
    const items = [{ cookie: null }, { cookie: { path: "/" } }, { cookie: 7 }, ["cookie", 7]];
    const list = Array.from({ length: 50 }, () => [...items, { header: "cookie", a: "b" }]);
    const text = written(() => logger.info({ list, last: { after: "c" } }, "the message"));

    expect(JSON.parse(text.slice(text.indexOf("{"), -1))).toMatchObject({
      list,
      last: { after: "c" },
    });
  });

  test("whatever the shape of the fields, and all else stays as it was", () => {
    const logger = createLogger({ level: "info", format });
    fc.assert(
      fc.property(anyShape, (shape) => {
        const text = written(() => logger.info({ shape }, "the message"));

        const { shape: shown } = JSON.parse(text.slice(text.indexOf("{"), -1)) as Shown;
        expect(differences(shape, shown)).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("and what stands around a secret stays whole", () => {
    const logger = createLogger({ level: "info", format });
    for (const [kind, value] of Object.entries(values)) {
      const headers = { host: "a", cookie: value, "set-cookie": [value, value], accept: "b" };
      const text = written(() => logger.info({ headers, after: "c" }));

      const json = text.slice(text.indexOf("{"), -1);
      expect({ kind, ...(JSON.parse(json) as object) }).toMatchObject({
        headers: { host: "a", cookie: "[redacted]", accept: "b" },
        after: "c",
      });
    }
  });
});

// With a cost that grows with the square of the length, each of these would take half a minute.
test.each([
  '"cookie":[',
  "'cookie': [",
  "'cookie': '",
  "cookie: ",
  "\\ncookie: ",
  "'a' + 'cookie', ",
])("A text of %j many times is written, however long it is", (unit) => {
  const text = unit.repeat(Math.ceil(400_000 / unit.length));
  createLogger({ level: "info", format: "json" }).info({ text }, text);

  expect(captured.lines.length).toBeGreaterThan(1);
});

test("In text no secret is written that the message of an error quotes", () => {
  const logger = createLogger({ level: "info", format: "text" });
  const some = combinations.filter(({ name }) => name === "Authorization" || name === "SET-COOKIE");
  for (const { name, kind, place, value } of some) {
    expectNoSecret(`${name}, ${kind}, ${place}`, () => {
      logger.error(new Error(`refused ${JSON.stringify(value)}`), "failed");
      logger.error(new Error("outer", { cause: new Error(`refused ${inspect(value)}`) }));
    });
  }
});

describe("The console prints no secret", () => {
  let restore = (): void => {};
  afterEach(() => restore());

  const capture = (): Logger => {
    const logger = createLogger({ level: "trace" });
    restore = captureConsole(logger);
    return logger;
  };

  test.each(Object.keys(places))("that stands in %s", (place) => {
    capture();
    for (const { name, kind, value } of combinations.filter((each) => each.place === place)) {
      expectNoSecret(`${name}, ${kind}`, () => {
        console.log(value);
        console.log("headers:", value);
        console.error("%o", value);
        console.warn("%O", value);
        console.info("%j", value);
        console.debug(inspect(value, { depth: null }));
        console.dir(value, { depth: null });
        console.dir(value, { depth: null, compact: false, breakLength: 20 });
        console.dir({ a: { b: value } }, { depth: 10, breakLength: Infinity });
        console.log(Object.assign(new Error("request failed"), value));
        console.log(new Error("outer", { cause: value }));
        console.trace(value);
        console.assert(false, value as never);
      });
    }
  });

  test("that a stranger tries to uncover with a value of his own", () => {
    capture();
    const tricks = [
      `'cookie': '`,
      `"cookie": "`,
      `'cookie', '`,
      `"cookie":[`,
      `'cookie': [`,
      "authorization: `",
      `'cookie' => "`,
      `["cookie",`,
    ];
    const secrets = ["CANARY", "a' CANARY", `a' ] CANARY`, `a" CANARY`, `a"] CANARY`, "a` CANARY"];
    for (const trick of tricks) {
      for (const cookie of secrets) {
        const headers = {
          "user-agent": trick,
          cookie,
          "x-fc-security-token": "CANARY",
          end: "'\"]",
        };
        expectNoSecret(`${trick}, ${cookie}`, () => {
          console.log(headers);
          console.log(Object.entries(headers), Object.entries(headers).flat());
          console.log(new Map(Object.entries(headers)));
          console.log(JSON.stringify(headers), headers);
        });
      }
    }
  });

  test("in colors", () => {
    capture();
    for (const { name, kind, place, value } of combinations) {
      expectNoSecret(`${name}, ${kind}, ${place}`, () => {
        console.dir(value, { depth: null, colors: true });
        console.log(inspect(value, { depth: null, colors: true }));
      });
    }
  });

  test("in a table", () => {
    capture();
    for (const name of names) {
      for (const value of ["Bearer CANARY", `it's "CANARY"`, "a | CANARY", "│ CANARY"]) {
        expectNoSecret(`${name}, ${value}`, () => {
          console.table({ host: "a", [name]: value });
          console.table([{ host: "a", [name]: value, accept: "b" }]);
          console.table([
            ["host", "a"],
            [name, value],
          ]);
          console.table(new Map([[name, value]]));
        });
      }
    }
  });

  test("in a table of many rows, all of which are there", () => {
    capture();
    const rows = Array.from({ length: 300 }, (_, index) => ({
      index: `row ${index}`,
      ...(index > 200 && { authorization: "CANARY" }),
    }));
    expectNoSecret("many rows", () => console.table(rows));

    expect(captured.text).toContain("row 299");
  });

  test("in a Map, a Set, Headers, a class, under a symbol", () => {
    capture();
    for (const [kind, value] of Object.entries(values)) {
      for (const name of names) {
        expectNoSecret(`${name}, ${kind}`, () => {
          console.log(new Map([[name, value]]));
          console.log(new Map([[name, [value, value]]]));
          console.log(new Set([[name, value]]));
          console.log({ [Symbol(name)]: value });
          console.log(Object.assign(Object.create(null), { [name]: value }));
          console.log(
            new (class Carrier {
              readonly headers = { [name]: value };
            })(),
          );
          console.log([...new Map([[name, value]])], [[[name, [value]]]]);
        });
      }
    }
    for (const name of names) {
      expectNoSecret(name, () => {
        console.log(new Headers({ [name]: "Bearer CANARY" }));
        console.log([...new Headers({ [name]: "Bearer CANARY" })]);
        console.log(new Request("http://127.0.0.1/", { headers: { [name]: "Bearer CANARY" } }));
      });
    }
  });

  test("of a request, its headers and the context of the invocation", async () => {
    capture();
    await expectNoSecretOfCall((request, response) => {
      const invocation = currentInvocation();
      console.log(request);
      console.log(request.headers, request.rawHeaders, request.headersDistinct);
      console.dir(request, { depth: 5 });
      console.log(response);
      response.setHeader("set-cookie", [
        "a=CANARY",
        `b="CANARY"; Path=/`,
        "c='CANARY'",
        "d=\\CANARY",
      ]);
      response.writeHead(200, { "X-Fc-Security-Token": "CANARY" });
      console.dir(response, { depth: 3 });
      console.log(response.getHeaders());
      console.log(invocation);
      console.dir(invocation, { depth: 6, showHidden: true });
      console.log(webHeadersOf(request.headers));
      console.log(`in a text: ${String(invocation?.context.credentials)}`);
    });
  });

  test("while what only sounds like one stays whole", () => {
    capture();
    const texts = [
      "authorization is needed",
      "The header 'authorization' is missing",
      "Missing authorization, 'admin' role needed",
      "cookieCount: 'three'",
    ];
    for (const text of texts) console.log(text);
    console.log({ cookieCount: "three", cookies: ["a"], hasAuthorization: "yes" });
    console.log({ missing: "cookie", path: "/x" });

    const said = captured.lines.map((line) => line.slice(line.indexOf("] ") + 2));
    expect(said).toEqual([
      ...texts,
      "{ cookieCount: 'three', cookies: [ 'a' ], hasAuthorization: 'yes' }",
      "{ missing: 'cookie', path: '/x' }",
    ]);
  });

  test("and what stands around a secret stays whole", () => {
    capture();
    console.log({ host: "a", cookie: "CANARY", accept: "b" });

    expect(captured.lines).toEqual([
      expect.stringMatching(/\{ host: 'a', cookie: '\[redacted\]', accept: 'b' \}$/),
    ]);
  });
});

interface Shown {
  readonly shape: unknown;
}

const anyName = fc.oneof(
  fc.constantFrom(...names, "path", "x-path", "a b", "", "value", "name", "cookieCount", "ü", "7"),
  fc.string({ unit: "binary", maxLength: 3 }),
);
const anyText = fc.oneof(
  fc.constantFrom(...names, "cookie: 'a", "[", "]", "{", "a, b", '"cookie":', "\\", "value"),
  fc.string({ unit: "binary", maxLength: 5 }),
);
const anyShape = fc.letrec((tie) => ({
  shape: fc.oneof(
    { maxDepth: 4, depthSize: "medium" },
    anyText,
    fc.constantFrom(1, true, null),
    fc.array(tie("shape"), { maxLength: 4 }),
    fc.dictionary(anyName, tie("shape"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).shape;

const isSecret = (name: unknown): boolean =>
  typeof name === "string" && names.some((secret) => secret.toLowerCase() === name.toLowerCase());

/** Where what is shown is neither what was logged nor rightly redacted, and where a secret is shown. */
function differences(
  logged: unknown,
  shown: unknown,
  mustHide = false,
  mayHide = mustHide,
): string[] {
  const isHidden = shown === "[redacted]";
  if (isHidden && logged !== shown) return mayHide ? [] : [`hidden: ${JSON.stringify(logged)}`];
  const isOfTexts = Array.isArray(logged) && logged.some((item) => typeof item === "string");
  if (mustHide && (typeof logged === "string" || isOfTexts))
    return [`shown: ${JSON.stringify(logged)}`];
  if (Array.isArray(logged) && Array.isArray(shown) && logged.length === shown.length) {
    return logged.flatMap((item, index) => {
      const isBehind = index > 0 && isSecret(logged[index - 1]);
      return differences(item, shown[index], isBehind && typeof item === "string", isBehind);
    });
  }
  if (isObject(logged) && isObject(shown)) {
    const keys = Object.keys(logged);
    if (JSON.stringify(keys) !== JSON.stringify(Object.keys(shown)))
      return [`other keys: ${JSON.stringify([keys, Object.keys(shown)])}`];
    return keys.flatMap((key, index) => {
      const isPair = /^(value|\d+)$/i.test(key) && isSecret(logged[keys[index - 1] ?? ""]);
      return differences(logged[key], shown[key], isSecret(key), isSecret(key) || isPair);
    });
  }
  return JSON.stringify(logged) === JSON.stringify(shown)
    ? []
    : [`other: ${JSON.stringify([logged, shown])}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Answers an HTTP invocation whose request keeps every credential, after a handler has seen it. */
async function expectNoSecretOfCall(
  handler: Parameters<typeof createServer>[1] & {},
): Promise<void> {
  const server = createServer(
    adopt(
      (request, response) => {
        handler(request, response);
        response.end();
      },
      { keepCredentialHeaders: true },
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const agent = new Agent({ keepAlive: true });
  try {
    const { port } = server.address() as AddressInfo;
    const headers = {
      authorization: "Bearer CANARY",
      cookie: `a=CANARY; b="CANARY"`,
      "proxy-authorization": "Basic CANARY",
    };
    const answer = await sendTo(port, { ...httpInvoke("GET", "/", headers), agent });
    expect(answer.fcStatus).toBe("200");
  } finally {
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  expect(captured.lines.length).toBeGreaterThan(4);
  for (const secret of ["CANARY", ...Object.values(canary)]) {
    const leak = captured.lines.find((line) => line.includes(secret));
    expect(leak?.slice(0, 2_000)).toBeUndefined();
  }
}

function webHeadersOf(headers: Readonly<Record<string, unknown>>): Headers {
  return new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function written(call: () => void): string {
  return writtenBy(captured, call);
}

function expectNoSecret(what: string, call: () => void): void {
  const text = written(call);
  const leak = text.split("\n").find((line) => line.includes("CANARY"));
  if (leak !== undefined)
    throw new Error(`Expected no secret (${what}), got ${leak.slice(0, 400)}`);
  expect(text).not.toBe("");
}
