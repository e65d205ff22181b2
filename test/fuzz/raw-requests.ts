import { METHODS } from "node:http";
import { header } from "@fcrt/core/protocol";
import fc from "fast-check";
import { canary } from "../support/platform-request.ts";
import { anySecret, anyText, secret } from "./texts.ts";

/** What goes over a connection of its own, a character for each byte: one request, two, or what is left of one. */
export function anyConnection(): fc.Arbitrary<string> {
  const request = anyRequest();
  return fc.oneof(
    { weight: 8, arbitrary: request },
    { weight: 1, arbitrary: fc.tuple(request, request).map((both) => both.join("")) },
    { weight: 1, arbitrary: fc.tuple(request, fc.nat(), anyBytes, fc.nat(9)).map(spoiled) },
  );
}

const anyBytes = fc
  .uint8Array({ maxLength: 20 })
  .map((bytes) => Buffer.from(bytes).toString("latin1"));

// Where the name of a secret is spoiled, it is none.
function spoiled([text, at, added, removed]: [string, number, string, number]): string {
  const harmless = text.replaceAll(/CANARY\w*/g, "harmless");
  const offset = at % (harmless.length + 1);
  return harmless.slice(0, offset) + added + harmless.slice(offset + removed);
}

function anyRequest(): fc.Arbitrary<string> {
  return fc
    .tuple(
      anyMethod,
      anyTarget,
      anyVersion,
      fc.array(anyField, { maxLength: 8 }),
      anyFraming(),
      anyLineEnd,
    )
    .map(([method, target, version, fields, [framing, body], end]) => {
      const lines = [`${method} ${target}${version}`, ...fields, ...framing];
      return lines.map((line) => line + end).join("") + end + body;
    });
}

const anyMethod: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom("GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS") },
  { weight: 2, arbitrary: fc.constantFrom(...METHODS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "get",
      "",
      "G E T",
      "PRI",
      "FC",
      "GET\t",
      "GETGETGETGETGET",
      "GÉT",
      "\0",
    ),
  },
);

// The acts of the fixture, with hostile texts.
const anyAct: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      "throw",
      "raw",
      "later",
      "fail",
      "log",
      "name",
      "value",
      "values",
      "pairs",
      "reason",
      "status",
      "code",
      "trailer",
      "half",
      "twice",
      "gone",
      "__proto__",
      "toString",
    ),
    fc.oneof(anyText, fc.constantFrom("200", "404", "99", "1e3", "x\r\nx-forged: 1\r\n\r\n")),
  )
  .map(([act, text]) => `/${act}/${encoded(text)}`);

const controlPaths = [
  "/invoke",
  "/http-invoke",
  "/initialize",
  "/pre-stop",
  "/pre-freeze",
] as const;

/** What a request line asks for, in every form. */
export const anyTarget: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: anyAct },
  { weight: 2, arbitrary: fc.constantFrom(...controlPaths) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "*",
      "",
      "/",
      "//",
      "http://other/invoke",
      "https://[::1/x",
      "other:80",
      "?",
      "#",
      "/a b",
      "/\0",
      "/\u00e9",
      "/%",
      "/%00%0d%0a",
      "/..//../invoke",
      "/x?".padEnd(5_000, "q="),
      "\\",
      "/".padEnd(17_000, "x"),
      "/invoke?x",
      "/invoke#x",
      "/%69nvoke",
      "/INVOKE",
      "javascript:1",
    ),
  },
);

const anyVersion = fc.oneof(
  { weight: 12, arbitrary: fc.constant(" HTTP/1.1") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      " HTTP/1.0",
      "",
      " HTTP/0.9",
      " HTTP/2.0",
      " HTTP/1.10",
      " http/1.1",
      "  HTTP/1.1 ",
      " ICE/1.0",
    ),
  },
);

const anyName = fc.constantFrom(
  ...Object.values(header),
  "x-fc-anything",
  "X-FC-Control-Path",
  "X_FC_CONTROL_PATH",
  "x-fc-status",
  "x-fc-log-type",
);

const anyValue = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "0",
    "-1",
    "86400",
    "999999999999999",
    "NaN",
    "{}",
    "\t",
    ...controlPaths,
  ),
  fc.constantFrom(
    "a9e64a3c-1234-5678-abcd-ef0123456789",
    "1-67a59f35-150c1267-f381ba1c085c",
    "a b",
  ),
  anyText.map(inHeader),
);

/** A field of a head, well formed or not. */
export const anyField: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(anyName, anyValue).map(notTooShort).map(field) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom("authorization", "Cookie", "SET-COOKIE", "proxy-authorization"),
        anySecret,
      )
      .map(([name, value]) => field([name, inHeader(value)])),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      `x-fc-access-key-id: ${canary.accessKeyId}`,
      `X-Fc-Access-Key-Secret: ${canary.accessKeySecret}`,
      `x-fc-security-token:${canary.securityToken}`,
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      "host: here",
      "Host: a",
      "host:",
      "connection: close",
      "connection: x-fc-control-path",
      "connection: upgrade",
      "upgrade: h2c",
      "expect: 100-continue",
      "expect: other",
      "te: trailers",
      "__proto__: x",
      "constructor: x",
      "toString: x",
      "trailer: x-fc-control-path",
      "date: x",
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "no colon",
      ": no name",
      "space : before",
      " folded",
      "\tx-fc-control-path: /invoke",
      "",
      "nul\0: x",
      "x: a\rb",
      "x: a\0b",
      "x: a\nx-fc-control-path: /invoke",
      "é: x",
      "x: \u00ff",
      `x: ${"long".repeat(5_000)}`,
      "(x): y",
      "x-fc-control-path : /invoke",
    ),
  },
);

/** The fields that frame a body, and the body. */
function anyFraming(): fc.Arbitrary<[fields: string[], body: string]> {
  return fc.oneof(
    {
      weight: 4,
      arbitrary: anyBody().map((body): [string[], string] => [
        [`content-length: ${body.length}`],
        body,
      ]),
    },
    {
      weight: 3,
      arbitrary: anyBody().map((body): [string[], string] => [
        ["transfer-encoding: chunked"],
        chunked(body),
      ]),
    },
    { weight: 2, arbitrary: fc.constant<[string[], string]>([[], ""]) },
    {
      weight: 3,
      arbitrary: fc.tuple(
        fc.array(anyFramingField(), { minLength: 1, maxLength: 3 }),
        anyBrokenBody(),
      ),
    },
  );
}

function anyFramingField(): fc.Arbitrary<string> {
  return fc.constantFrom(
    "content-length: 5",
    "content-length: 6",
    "Content-Length: 5, 5",
    "content-length: +5",
    "content-length: 0x5",
    "content-length: -1",
    "content-length: 5 ",
    "content-length: ",
    "content-length: 99999999999999999999",
    "content-length: 33554433",
    "content-length : 5",
    "transfer-encoding: chunked",
    "Transfer-Encoding: Chunked",
    "transfer-encoding: identity",
    "transfer-encoding: chunked, identity",
    "transfer-encoding: gzip, chunked",
    "\tchunked",
    "transfer-encoding: xchunked",
    "transfer-encoding:\tchunked",
    "transfer-encoding : chunked",
    "transfer-encoding: chunked, chunked",
    "transfer-encoding:",
    "transfer_encoding: chunked",
  );
}

/** A body, of an event too. */
export function anyBody(): fc.Arbitrary<string> {
  return fc.oneof(
    anyText.map((text) => JSON.stringify({ act: "log", text })).map(utf8),
    anyText.map((text) => JSON.stringify({ act: "throw", text })).map(utf8),
    anySecret.map(utf8),
    fc.json().map(utf8),
    fc.constantFrom(
      "",
      `{"password":"${secret}"`,
      '{"__proto__":{"act":"throw"}}',
      "null",
      smuggled,
    ),
    anyBytes,
  );
}

const smuggled =
  "POST /invoke HTTP/1.1\r\nx-fc-control-path: /invoke\r\ncontent-length: 2\r\n\r\n{}";

function anyBrokenBody(): fc.Arbitrary<string> {
  return fc.oneof(
    anyBody(),
    anyBody().map(chunked),
    fc.constantFrom(
      "0\r\n\r\n",
      `0\r\n\r\n${smuggled}`,
      "5\r\nhello\r\n0\r\n",
      "5;ext=1\r\nhello\r\n0\r\n\r\n",
      `5;${"e".repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
      "-5\r\nhello\r\n0\r\n\r\n",
      "g\r\n\r\n",
      "5\nhello\n0\n\n",
      "5\r\nhelloX\r\n0\r\n\r\n",
      "ffffffffffffffffff\r\nx",
      "0x5\r\nhello\r\n0\r\n\r\n",
      "0\r\nx-fc-control-path: /invoke\r\nx-fc-access-key-secret: x\r\n\r\n",
      "0\r\n: x\r\n\r\n",
    ),
  );
}

function chunked(body: string): string {
  const half = Math.floor(body.length / 2);
  const chunks = [body.slice(0, half), body.slice(half)].filter((chunk) => chunk !== "");
  return [
    ...chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`),
    "0\r\n\r\n",
  ].join("");
}

const anyLineEnd = fc.oneof(
  { weight: 12, arbitrary: fc.constant("\r\n") },
  { weight: 1, arbitrary: fc.constantFrom("\n", "\r", "\r\r\n", "\n\r") },
);

function field([name, value]: readonly [name: string, value: string]): string {
  return `${name}: ${value}`;
}

// A deadline of some seconds would pass, and none of it is being tested here.
function notTooShort([name, value]: readonly [string, string]): readonly [string, string] {
  return /timeout$/i.test(name) && /^\s*\d{1,3}\s*$/.test(value) ? [name, "60"] : [name, value];
}

/** What of a text a header can carry, each character as a byte of its own; line breaks are spelled out. */
function inHeader(text: string): string {
  return utf8(text.replaceAll(/[\r\n\0]/g, encodeURIComponent));
}

function utf8(text: string): string {
  return Buffer.from(text).toString("latin1");
}

// Half a surrogate pair has no such form.
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString());
}
