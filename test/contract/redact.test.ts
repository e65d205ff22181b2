import { redactSecrets } from "@fcrt/core/extension";
import { describe, expect, test } from "vitest";

const hidden = "[redacted]";

describe("In JSON", () => {
  test.each([
    ["a property", '{"cookie":"CANARY","a":1}', '{"cookie":"[redacted]","a":1}'],
    ["a property with blanks", '{"cookie" : "CANARY"}', '{"cookie" : "[redacted]"}'],
    [
      "a list of values",
      '{"set-cookie":["CANARY","CANARY]"],"a":1}',
      '{"set-cookie":"[redacted]","a":1}',
    ],
    [
      "a list of lists",
      '{"cookie":[["CANARY"],["CANARY"]],"a":1}',
      '{"cookie":"[redacted]","a":1}',
    ],
    [
      "a value with quotes",
      String.raw`{"cookie":"CAN\"ARY\\","a":1}`,
      '{"cookie":"[redacted]","a":1}',
    ],
    ["an empty value", '{"cookie":"","a":1}', '{"cookie":"[redacted]","a":1}'],
    ["neighbors of a list", '["cookie","CANARY","a"]', '["cookie","[redacted]","a"]'],
    [
      "name and value",
      '{"name":"cookie","value":"CANARY"}',
      '{"name":"cookie","value":"[redacted]"}',
    ],
    [
      "name and value in capitals",
      '{"name":"cookie","VALUE" : "CANARY"}',
      '{"name":"cookie","VALUE" : "[redacted]"}',
    ],
    ["a list logged as fields", '{"0":"cookie","1":"CANARY"}', '{"0":"cookie","1":"[redacted]"}'],
    [
      "a long list logged as fields",
      '{"10":"cookie","11":"CANARY"}',
      '{"10":"cookie","11":"[redacted]"}',
    ],
    [
      "what JSON would not go on after",
      '"cookie":"CANARY" + "told"',
      '"cookie":"[redacted]" + "told"',
    ],
    [
      "two properties",
      '{"cookie":"CANARY","authorization":"CANARY"}',
      '{"cookie":"[redacted]","authorization":"[redacted]"}',
    ],
    [
      "a name that is a value too",
      '{"cookie":"authorization","a":"b"}',
      '{"cookie":"[redacted]","a":"b"}',
    ],
  ])("the value of %s is hidden", (_case, text, shown) => {
    expect(redactSecrets(text, "json")).toBe(shown);
  });

  test.each([
    "x-fc-access-key-id",
    "x-fc-access-key-secret",
    "x-fc-security-token",
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "Cookie",
    "X-FC-SECURITY-TOKEN",
    "AUTHORIZATION",
  ])("the value of %s is", (name) => {
    expect(redactSecrets(`{"${name}":"CANARY"}`, "json")).toBe(`{"${name}":"${hidden}"}`);
  });

  test.each([
    ["another name", '{"cookies":"told","my-cookie":"told"}'],
    ["no string", '{"cookie":1,"authorization":null}'],
    ["an object", '{"cookie":{"a":1}}'],
    ["the next property", '{"header":"cookie","a":"told"}'],
    ["a mere mention", "the cookie is: told"],
    ["single quotes, which JSON does not have", "{'cookie':'told'}"],
    ["the next property behind a blank", '{"header":"cookie","a" : "told"}'],
    ["a value in quotes that JSON does not have", `{"cookie":'told'}`],
    ["a string without an end", '{"cookie":"told'],
    ["a list without an end", '{"cookie":["told"'],
    ["a list with a string without an end", '{"cookie":["told]'],
    ["no mention at all", '{"x-fc-region":"told"}'],
    ["an escaped quote at the end", String.raw`{"cookie":"told\"`],
  ])("%s is left as it is", (_case, text) => {
    expect(redactSecrets(text, "json")).toBe(text);
  });

  test("the value of what stands behind a name inside of a value is hidden too", () => {
    const text = String.raw`{"a":"\"cookie\":","cookie":"CANARY","b":"told"}`;
    expect(redactSecrets(text, "json")).not.toContain("CANARY");
    expect(redactSecrets('{"cookie":["authorization","x"],"b":"told"}', "json")).toBe(
      '{"cookie":"[redacted]","b":"told"}',
    );
  });
});

describe("In what `util.inspect` gives", () => {
  test.each([
    ["a property", "{ cookie: 'CANARY', a: 1 }", "{ cookie: '[redacted]', a: 1 }"],
    ["a property in quotes", "{ 'set-cookie': 'CANARY' }", "{ 'set-cookie': '[redacted]' }"],
    ["a value in double quotes", `{ cookie: "CAN'ARY" }`, "{ cookie: '[redacted]' }"],
    ["a value in backquotes", "{ cookie: `CAN'\"ARY` }", "{ cookie: '[redacted]' }"],
    [
      "a list of values",
      "{ cookie: [ 'CANARY', 'CANARY' ], a: 1 }",
      "{ cookie: '[redacted]', a: 1 }",
    ],
    [
      "pieces",
      "{ cookie: 'CANARY\\n' +\n  'CANARY' + 'CANARY', a: 'b' }",
      "{ cookie: '[redacted]', a: 'b' }",
    ],
    [
      "pieces without blanks",
      "{ cookie: 'CANARY'+`CANARY`, a: 'b' }",
      "{ cookie: '[redacted]', a: 'b' }",
    ],
    ["neighbors of a list", "[ 'cookie', 'CANARY', 'a' ]", "[ 'cookie', '[redacted]', 'a' ]"],
    ["a list behind a colon", ": [ 'cookie', [ 'CANARY' ] ]", ": [ 'cookie', '[redacted]' ]"],
    ["an entry of a Map", "Map(1) { 'cookie' => 'CANARY' }", "Map(1) { 'cookie' => '[redacted]' }"],
    ["a cell of a table", "│ 'cookie' │ 'CANARY' │", "│ 'cookie' │ '[redacted]' │"],
    ["a row of a table", "│ cookie │ 'CANARY' │", "│ cookie │ '[redacted]' │"],
    [
      "a key that is a symbol",
      "{ [Symbol(cookie)]: 'CANARY' }",
      "{ [Symbol(cookie)]: '[redacted]' }",
    ],
    ["a key without its bracket", "{ (cookie): 'CANARY' }", "{ (cookie): '[redacted]' }"],
    [
      "name and value",
      "{ name: 'cookie', value: 'CANARY' }",
      "{ name: 'cookie', value: '[redacted]' }",
    ],
    [
      "name and value in quotes",
      "{ 'name': 'cookie', 'value': 'CANARY' }",
      "{ 'name': 'cookie', 'value': '[redacted]' }",
    ],
    [
      "a list logged as fields",
      "{ '0': 'cookie', '1': 'CANARY' }",
      "{ '0': 'cookie', '1': '[redacted]' }",
    ],
    ["a pair of double quotes", '[ "cookie", "CANARY" ]', `[ "cookie", '[redacted]' ]`],
    ["what a colon follows", "cookie: 'CANARY': refused", "cookie: '[redacted]': refused"],
    ["no blank anywhere", "{cookie:'CANARY'}", "{cookie:'[redacted]'}"],
  ])("the value of %s is hidden", (_case, text, shown) => {
    expect(redactSecrets(text, "inspection")).toBe(shown);
  });

  test.each([
    ["another name", "{ cookies: 'told', 'my-cookie': 'told', mycookie: 'told' }"],
    ["the next property", "{ header: 'cookie', a: 'told' }"],
    ["the next property in quotes", "{ header: 'cookie', 'a-b': 'told' }"],
    ["the next property with a blank", "{ header: 'cookie', 'a-b' : 'told' }"],
    ["the next property of any name", "{ header: 'cookie', a$1b : 'told' }"],
    ["other quotes at the end of a name", "{ 'cookie\" : told }"],
    ["a string without an end", "{ cookie: 'told"],
    ["a mere mention", "the cookie 'told' is"],
    ["a number", "{ cookie: 1 }"],
  ])("%s is left as it is", (_case, text) => {
    expect(redactSecrets(text, "inspection")).toBe(text);
  });

  test("a name at the end of a value hides what may be its value too", () => {
    expect(redactSecrets("{ cookie: 'a cookie:', b: 'c' }", "inspection")).toBe(
      "{ cookie: '[redacted]'c' }",
    );
  });

  test("what has an end by its first piece loses that piece alone", () => {
    expect(redactSecrets("{ cookie: 'CANARY' + 'told", "inspection")).toBe(
      "{ cookie: '[redacted]' + 'told",
    );
    expect(redactSecrets("{ cookie: 'CANARY' + told }", "inspection")).toBe(
      "{ cookie: '[redacted]' + told }",
    );
  });
});

describe("The head of a response", () => {
  const head = String.raw`HTTP/1.1 200 OK\r\nSet-Cookie: CANARY; a\r\nCookie: CANARY\r\nA: b\r\n\r\n`;
  const shown = String.raw`HTTP/1.1 200 OK\r\nSet-Cookie: [redacted]\r\nCookie: [redacted]\r\nA: b\r\n\r\n`;

  test("loses the values of its lines, in either way", () => {
    expect(redactSecrets(`{"_header":"${head}"}`, "json")).toBe(`{"_header":"${shown}"}`);
    expect(redactSecrets(`{ _header: '${head}' }`, "inspection")).toBe(`{ _header: '${shown}' }`);
  });

  test("loses the value of its first line", () => {
    expect(redactSecrets(String.raw`{"head":"Cookie: CANARY\r\n"}`, "json")).toBe(
      String.raw`{"head":"Cookie: [redacted]\r\n"}`,
    );
    expect(redactSecrets(String.raw`{ head: 'Cookie: CANARY\r\n' }`, "inspection")).toBe(
      String.raw`{ head: 'Cookie: [redacted]\r\n' }`,
    );
  });

  test("is none where the string ends before the line", () => {
    const json = String.raw`{"a":"cookie: told","b":"x\r\ny"}`;
    expect(redactSecrets(json, "json")).toBe(json);
    const inspection = String.raw`{ a: 'cookie: told', b: 'x\r\ny' }`;
    expect(redactSecrets(inspection, "inspection")).toBe(inspection);
  });

  test("is none where the text ends before the line", () => {
    const text = String.raw`a\r\nCookie: told`;
    expect(redactSecrets(text, "json")).toBe(text);
  });

  test("is found behind a string that is none", () => {
    expect(redactSecrets(String.raw`{"a":"cookie: told","b":"Cookie: CANARY\r\n"}`, "json")).toBe(
      String.raw`{"a":"cookie: told","b":"Cookie: [redacted]\r\n"}`,
    );
  });

  test("is none without a line's end, and none where the name stands inside of a line", () => {
    for (const text of ['{"a":"Cookie: told"}', String.raw`{"a":"b\r\nmy Cookie: told\r\n"}`])
      expect(redactSecrets(text, "json")).toBe(text);
  });
});

test("One text may hold both, and what one hides does not hide a name from the other", () => {
  expect(redactSecrets(`{"cookie":"CANARY"} { cookie: 'CANARY' }`, "json", "inspection")).toBe(
    `{"cookie":"[redacted]"} { cookie: '[redacted]' }`,
  );
  expect(redactSecrets(`{ cookie: 'CANARY' } {"cookie":"CANARY"}`, "json", "inspection")).toBe(
    `{ cookie: '[redacted]' } {"cookie":"[redacted]"}`,
  );
  expect(
    redactSecrets(`{ a: '"cookie":"', cookie: 'CANARY' }`, "json", "inspection"),
  ).not.toContain("CANARY");
});

test("Without a syntax nothing is hidden", () => {
  expect(redactSecrets('{"cookie":"told"}')).toBe('{"cookie":"told"}');
});

describe("A text that makes every look a long one", () => {
  const item = '"cookie":["told",';

  test("is cut at the first look of too many", () => {
    expect(redactSecrets(`told ${item.repeat(51)}`, "json")).toBe(`told ${item.repeat(51)}`);
    const many = redactSecrets(`told ${item.repeat(200)}`, "json");
    expect(many).toMatch(/^told ("cookie":\["told",)+\[redacted\]$/);
    expect(many.length).toBeGreaterThan(item.length * 50);
    expect(many.length).toBeLessThan(item.length * 120);
  });

  test("is cut behind a value, and behind what is none", () => {
    expect(redactSecrets('"cookie":"x""cookie":['.repeat(200), "json")).toMatch(
      /"\[redacted\]"\[redacted\]$/,
    );
    const listed = redactSecrets(`[{"header":"cookie","a":1},${item.repeat(200)}`, "json");
    expect(listed).toMatch(/,\[redacted\]$/);
  });

  test("is none where names stand before anything else", () => {
    const text = '"cookie":1,'.repeat(500);
    expect(redactSecrets(text, "json")).toBe(text);
  });
});
