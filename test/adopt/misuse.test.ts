import type { ServerResponse } from "node:http";
import { Readable, pipeline } from "node:stream";
import { expect, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { serveAdopted } from "./adopted.ts";
import type { Listener } from "./adopted.ts";
import { call, cleanLines, expectFailure, expectSuccess, patience } from "./ways.ts";

const stdout = captureStdout();

/** An application that does something wrong before its first byte, and what its client gets. */
interface Misuse {
  readonly what: string;
  readonly listener: Listener;
  readonly answer: { readonly status: number; readonly fcStatus: string; readonly body: unknown };
  readonly end: "Handled" | "Unhandled" | "success";
}

const failed = {
  status: 404,
  fcStatus: "404",
  body: expect.stringContaining("The function failed"),
} as const;
const own = { status: 500, fcStatus: "404", body: "own words" } as const;
const fine = { status: 200, fcStatus: "200", body: "fine" } as const;

const notText = 123 as unknown as string;

const misuses: readonly Misuse[] = [
  {
    what: "a status that is none",
    listener: (_request, response) => Object.assign(response, { statusCode: 99 }).end("x"),
    answer: failed,
    end: "Unhandled",
  },
  {
    what: "a status that is none, noticed by the application",
    listener: orElse((response) => response.writeHead(99), sayFailed),
    answer: own,
    end: "Handled",
  },
  {
    what: "a body that is neither text nor bytes",
    listener: (_request, response) => response.end(notText),
    answer: failed,
    end: "Unhandled",
  },
  {
    what: "a body that is neither, noticed by the application",
    listener: orElse((response) => response.end(notText), sayFailed),
    answer: own,
    end: "Handled",
  },
  {
    what: "a chunk that is neither, noticed by the application",
    listener: orElse((response) => response.write(notText), sayFailed),
    answer: own,
    end: "Handled",
  },
  {
    what: "a header that cannot be sent",
    listener: (_request, response) => response.writeHead(200, { "x-one": "a\nb" }).end("x"),
    answer: failed,
    end: "Unhandled",
  },
  {
    what: "a header that cannot be sent, noticed by the application",
    listener: orElse((response) => response.writeHead(200, { "x-one": "a\nb" }), sayFailed),
    answer: own,
    end: "Handled",
  },
  {
    what: "a failure's header that cannot be sent, before a response that can",
    listener: orElse((response) => response.writeHead(500, { "x-one": "a\nb" }), sayFine),
    answer: fine,
    end: "success",
  },
  {
    what: "an error after headers that were set only",
    listener: (_request, response) => {
      response.setHeader("set-cookie", "session=1").setHeader("content-length", 5);
      throw new Error("boom");
    },
    answer: failed,
    end: "Unhandled",
  },
  {
    what: "a destroyed response",
    listener: (_request, response) => response.destroy(),
    answer: failed,
    end: "Unhandled",
  },
  {
    what: "a stream that fails before its first chunk",
    listener: (_request, response) =>
      pipeline(
        new Readable({ read: (): void => void 0 }).destroy(new Error("boom")),
        response,
        () => {},
      ),
    answer: failed,
    end: "Unhandled",
  },
  {
    what: "a second answer",
    listener: (_request, response) => {
      response.end("fine");
      response.end();
    },
    answer: fine,
    end: "success",
  },
  {
    what: "an answer after an error",
    listener: (_request, response) => {
      setImmediate(() => response.writeHead(200, { "x-late": "1" }).end("late"));
      throw new Error("boom");
    },
    answer: failed,
    end: "Unhandled",
  },
];

test.each(misuses)("$what has one answer and one outcome", async ({ listener, answer, end }) => {
  const port = await serveAdopted(listener);
  const got = await call({ port }, "GET", "/");
  expect(got).toMatchObject(answer);
  expect(got.headers).not.toHaveProperty("set-cookie");
  expect(got.headers).not.toHaveProperty("x-late");
  await expectEnd(got.id, end);
});

test.each<[string, Listener]>([
  [
    "throws",
    (_request, response) => {
      response.writeHead(200).write("part");
      throw new Error("boom");
    },
  ],
  [
    "rejects",
    async (_request, response) => {
      response.writeHead(200).write("part");
      throw new Error("boom");
    },
  ],
  ["destroys its response", (_request, response) => void response.writeHead(200).destroy()],
  ["destroys its socket", ({ socket }) => void socket.destroy()],
])("an application that %s after the head breaks the connection", async (_what, listener) => {
  let id = "";
  const port = await serveAdopted((request, response) => {
    id = String(request.headers["x-fc-request-id"]);
    return listener(request, response);
  });
  await expect(call({ port }, "GET", "/")).rejects.toMatchObject({ code: "ECONNRESET" });
  await expectFailure(stdout, id, "Unhandled");
});

test("an error after the answer is told, and changes nothing", async () => {
  const port = await serveAdopted((_request, response) => {
    response.end("fine");
    throw new Error("boom too late");
  });
  const got = await call({ port }, "GET", "/");
  expect(got).toMatchObject(fine);
  await expect
    .poll(() => stdout.text, patience)
    .toContain(` ${got.id} [ERROR] Error: boom too late`);
  expect(stdout.lines.filter((line) => line.startsWith("FC "))).toEqual(cleanLines(got.id));
});

test.each<[string, (response: ServerResponse) => unknown]>([
  ["write", (response) => response.write("more")],
  ["answer", (response) => response.end("more")],
])("a %s after the end is told, and harms nobody", async (_what, act) => {
  const port = await serveAdopted((_request, response) => {
    response.end("fine");
    act(response);
  });
  const got = await call({ port }, "GET", "/");
  expect(got).toMatchObject(fine);
  await expect.poll(() => stdout.text, patience).toContain("write after end");
  expect(stdout.lines.filter((line) => line.startsWith("FC "))).toEqual(cleanLines(got.id));
  expect(await call({ port }, "GET", "/")).toMatchObject(fine);
});

test("an error page can be chosen, and can tell more", async () => {
  const throws = (): never => {
    throw new TypeError("boom");
  };
  const port = await serveAdopted(throws, { httpErrorStatus: 502, exposeErrors: true });
  const { status, fcStatus, body } = await call({ port }, "GET", "/");
  expect({ status, fcStatus }).toEqual({ status: 502, fcStatus: "404" });
  expect(JSON.parse(body)).toMatchObject({ errorType: "TypeError", errorMessage: "boom" });
});

test("which of the application's statuses are failures can be chosen", async () => {
  const listener: Listener = (_request, response) => response.writeHead(404).end();
  const port = await serveAdopted(listener, { failOn: (status) => status >= 400 });
  const got = await call({ port }, "GET", "/");
  expect(got).toMatchObject({ status: 404, fcStatus: "404" });
  await expectFailure(stdout, got.id, "Handled");
});

async function expectEnd(id: string, end: Misuse["end"]): Promise<void> {
  return end === "success" ? expectSuccess(stdout, id) : expectFailure(stdout, id, end);
}

function orElse(
  attempt: (response: ServerResponse) => unknown,
  otherwise: (response: ServerResponse) => unknown,
): Listener {
  return (_request, response) => {
    try {
      attempt(response);
    } catch {
      otherwise(response);
    }
  };
}

function sayFailed(response: ServerResponse): void {
  response.writeHead(500).end("own words");
}

function sayFine(response: ServerResponse): void {
  response.writeHead(200).end("fine");
}
