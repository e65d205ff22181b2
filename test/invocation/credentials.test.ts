import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { inspect } from "node:util";
import { credentialHeaders } from "@fcrt/core/protocol";
import { describe, expect, test } from "vitest";
import {
  credentialIn,
  readCredentials,
  takeCredentials,
} from "../../packages/core/src/invocation/credential-headers.ts";
import { Credentials } from "../../packages/core/src/invocation/credentials.ts";
import { PlatformRequest } from "../../packages/core/src/invocation/platform-request.ts";

const all = {
  accessKeyId: "CANARYid",
  accessKeySecret: "CANARYsecret",
  securityToken: "CANARYtoken",
};
const rawHeaders = [
  "Host",
  "here",
  "X-FC-Access-Key-Id",
  "CANARYid",
  "x-fc-access-key-secret",
  "CANARYsecret",
  "X-Fc-Security-Token",
  "CANARYtoken",
  "Accept",
  "a",
];

// As Node's parser leaves a request behind.
function received<Request extends IncomingMessage>(
  request: Request,
  raw: readonly string[],
): Request {
  const node = request as unknown as { _addHeaderLines(lines: string[], count: number): void };
  node._addHeaderLines([...raw], raw.length);
  return request;
}

function bare(raw: readonly string[]): IncomingMessage {
  return received(new IncomingMessage(new Socket()), raw);
}

describe("Credentials", () => {
  const credentials = new Credentials("CANARYid", "CANARYsecret", "CANARYtoken");

  test("can be read one by one", () => {
    expect(credentials.accessKeyId).toBe("CANARYid");
    expect(credentials.accessKeySecret).toBe("CANARYsecret");
    expect(credentials.securityToken).toBe("CANARYtoken");
    expect(new Credentials().accessKeyId).toBeUndefined();
  });

  test("show nothing of them in any other way", () => {
    expect(JSON.stringify({ credentials })).toBe('{"credentials":"[redacted]"}');
    expect(String(credentials)).toBe("[redacted]");
    expect(inspect({ credentials })).toBe("{ credentials: [redacted] }");
    expect(Object.assign({}, credentials)).toEqual({ credentials: "[redacted]" });
  });
});

describe("The credential headers of a request", () => {
  test("are read and left where they are", () => {
    const request = bare(rawHeaders);
    expect(readCredentials(request)).toEqual(all);
    expect(request.rawHeaders).toEqual(rawHeaders);
    expect(Object.keys(request.headers)).toEqual(expect.arrayContaining([...credentialHeaders]));
  });

  test("are taken off wherever Node has them", () => {
    const request = bare([...rawHeaders, "x-fc-access-key-id", "CANARYagain"]);
    expect(takeCredentials(request)).toEqual({ ...all, accessKeyId: "CANARYid, CANARYagain" });
    expect(request.rawHeaders).toEqual(["Host", "here", "Accept", "a"]);
    expect(request.headers).toEqual({ host: "here", accept: "a" });
    expect({ ...request.headersDistinct }).toEqual({ host: ["here"], accept: ["a"] });
  });

  test("that stand first or alone are taken off too", () => {
    const request = bare(["x-fc-security-token", "CANARY"]);
    expect(takeCredentials(request)).toEqual({ securityToken: "CANARY" });
    expect(request.rawHeaders).toEqual([]);
  });

  test("are absent where they are empty, or nothing that a header is", () => {
    const request = bare(["x-fc-access-key-id", ""]);
    request.headers["x-fc-security-token"] = ["CANARY"];
    expect(readCredentials(request)).toEqual({});
  });

  test.each([
    ["x-fc-access-key-id", "accessKeyId"],
    ["X-FC-ACCESS-KEY-SECRET", "accessKeySecret"],
    ["x-fc-Security-token", "securityToken"],
    ["x-fc-access-key-xx", undefined],
    ["y-fc-security-token", undefined],
    ["x-fc-region", undefined],
    ["", undefined],
  ])("%s is %s", (name, credential) => {
    expect(credentialIn(name)).toBe(credential);
  });
});

describe("A request of `serve`", () => {
  function requestOf(raw: readonly string[]): PlatformRequest {
    return received(new PlatformRequest(new Socket()), raw);
  }

  test.each(["credentials", "headers", "headersDistinct"] as const)(
    "has no credential among its headers once its %s are read",
    (first) => {
      const request = requestOf(rawHeaders);
      expect(request[first]).toBeDefined();
      expect(request.rawHeaders).toEqual(["Host", "here", "Accept", "a"]);
      expect(request.credentials).toEqual(all);
      expect(request.headers).toEqual({ host: "here", accept: "a" });
      expect({ ...request.headersDistinct }).toEqual({ host: ["here"], accept: ["a"] });
    },
  );

  test("takes an empty credential for none", () => {
    const request = requestOf(["x-fc-access-key-id", "", "A", "b"]);
    expect(request.credentials).toEqual({});
    expect(request.rawHeaders).toEqual(["A", "b"]);
  });

  test("is read once, and what is changed then stays", () => {
    const request = requestOf(["A", "b"]);
    const { headers, headersDistinct } = request;
    request.rawHeaders.push("C", "d");
    headers["e"] = "f";
    expect(request.headers).toBe(headers);
    expect(request.headersDistinct).toBe(headersDistinct);
    expect(request.headers).toEqual({ a: "b", e: "f" });
  });

  test("takes other headers when it is given them", () => {
    const request = requestOf(["A", "b"]);
    request.headers = { c: "d" };
    request.headersDistinct = { c: ["d"] };
    expect(request.headers).toEqual({ c: "d" });
    expect(request.headersDistinct).toEqual({ c: ["d"] });
  });

  test("shows the same to whoever gives it another prototype", () => {
    const request = requestOf(rawHeaders);
    request.handOver();
    Object.setPrototypeOf(request, IncomingMessage.prototype);
    expect(request.headers).toEqual({ host: "here", accept: "a" });
    expect({ ...request.headersDistinct }).toEqual({ host: ["here"], accept: ["a"] });
  });

  test.each([
    ["Age", "1"],
    ["authorization", "1"],
    ["content-length", "1"],
    ["content-type", "1"],
    ["etag", "1"],
    ["expires", "1"],
    ["from", "1"],
    ["host", "1"],
    ["if-modified-since", "1"],
    ["if-unmodified-since", "1"],
    ["last-modified", "1"],
    ["location", "1"],
    ["max-forwards", "1"],
    ["proxy-authorization", "1"],
    ["referer", "1"],
    ["retry-after", "1"],
    ["server", "1"],
    ["user-agent", "1"],
    ["accept", "1, 2, 3"],
    ["Cookie", "1; 2; 3"],
    ["set-cookie", ["1", "2", "3"]],
    ["x-fc-region", "1, 2, 3"],
  ])("has of three headers %s what Node would have: %j", (name, value) => {
    const request = requestOf([name, "1", name.toUpperCase(), "2", name.toLowerCase(), "3"]);
    expect(request.headers).toEqual({ [name.toLowerCase()]: value });
    expect({ ...request.headersDistinct }).toEqual({ [name.toLowerCase()]: ["1", "2", "3"] });
  });

  test("has names that objects have anyway", () => {
    const request = requestOf(["__proto__", "a", "constructor", "b"]);
    expect(Object.keys(request.headersDistinct)).toEqual(["__proto__", "constructor"]);
  });
});
