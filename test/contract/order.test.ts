import { execFileSync, spawn } from "node:child_process";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serve } from "@fcrt/core";
import type { Handlers } from "@fcrt/core";
import { expect, onTestFinished, test } from "vitest";
import { captureStdout } from "../support/captured-stdout.ts";
import { freePort } from "../support/child.ts";
import { hook, httpInvoke, invoke, sendTo } from "../support/platform-request.ts";
import type { PlatformRequest } from "../support/platform-request.ts";

const stdout = captureStdout();
const fixture = fileURLToPath(new URL("../fixtures/contract/verbose.mjs", import.meta.url));

// A process's state is read as Linux tells it.
test.runIf(process.platform === "linux").each([
  ["an event invocation", (id) => invoke("succeed", id), 0],
  ["an event invocation that fails", (id) => invoke("fail", id), 3000],
  ["a streamed HTTP invocation", (id) => httpInvoke("GET", "/", id), 0],
  ["a streamed HTTP invocation that fails", (id) => httpInvoke("GET", "/fail", id), 3000],
  ["a hook that fails", (id) => hook("pre-stop", id), 3000],
] as const satisfies readonly (readonly [
  string,
  (id: Record<string, string>) => PlatformRequest,
  number,
])[])(
  "A process that is stopped when the response of %s ends has all its lines and the End marker in the pipe",
  async (_name, requestOf, errorLines) => {
    const { port, stopAfter, goOn, output } = await startIntoPipe();

    for (let time = 0; time < 50; time += 1) {
      const id = `order-${time}`;
      const answer = await stopAfter(sendTo(port, requestOf({ "x-fc-request-id": id })));
      const lines = output
        .readAll()
        .split("\n")
        .filter((line) => line.includes(id));
      goOn();

      expect(answer.status).toBeGreaterThan(0);
      expect(lines[0]).toMatch(/^FC \w+ Start RequestId: order-\d+$/);
      expect(lines.at(-1)).toMatch(
        /^FC \w+ End RequestId: order-\d+(, Error: Handled function error)?$/,
      );
      expect(lines).toHaveLength(errorLines + 2);
    }
  },
  // Each of the times has a bound of its own.
  60_000,
);

test.each([
  ["an event invocation", { invoke: () => "done" }, invoke(), [true]],
  [
    "an event invocation that throws later",
    { invoke: async () => wait(1).then(() => Promise.reject(new Error("boom"))) },
    invoke(),
    [true],
  ],
  ["a hook", { preStop: async () => wait(1) }, hook("pre-stop"), [true]],
  [
    "an HTTP invocation",
    { http: (_request, response) => response.end("done") },
    httpInvoke(),
    [true],
  ],
  [
    "an HTTP invocation that throws",
    {
      http: () => {
        throw new Error("boom");
      },
    },
    httpInvoke(),
    [true],
  ],
  [
    "a streamed HTTP invocation",
    {
      http: async (_request, response) => {
        response.write("one");
        await wait(5);
        response.write("two");
        await wait(5);
        response.end();
      },
    },
    httpInvoke(),
    [false, true],
  ],
  [
    "a streamed answer of a Fetch handler",
    {
      fetch: () =>
        new Response(
          new ReadableStream({
            async start(controller) {
              controller.enqueue(Buffer.from("one"));
              await wait(5);
              controller.enqueue(Buffer.from("two"));
              await wait(5);
              controller.close();
            },
          }),
        ),
    },
    httpInvoke(),
    [false, true],
  ],
] as const satisfies readonly (readonly [string, Handlers, PlatformRequest, readonly boolean[]])[])(
  "The last byte of %s is written after its End marker, and no earlier byte waits for it",
  async (_name, handlers, request, expected) => {
    for (const extensions of [[], [{ end: async () => wait(5) }]]) {
      const runtime = await serve(handlers, { port: 0, host: "127.0.0.1", extensions });
      const ended: boolean[] = [];
      const from = stdout.text.length;
      runtime.server.on("connection", (socket) => {
        const { write } = socket;
        const watched = (...data: unknown[]): boolean => {
          ended.push(stdout.text.slice(from).includes(" End RequestId: "));
          return Reflect.apply(write, socket, data) as boolean;
        };
        Object.assign(socket, { write: watched });
      });

      await sendTo(runtime.port, request);

      // Node writes a chunk in pieces: those that say the same are one.
      const steps = ended.filter((end, index) => index === 0 || end !== ended[index - 1]);
      expect(steps).toEqual(expected);
      await runtime.close();
    }
  },
);

interface Stoppable {
  readonly port: number;
  readonly output: Output;
  /** Stops the process at once when an answer is here, and resolves when it does not run any more. */
  stopAfter<Answer>(answer: Promise<Answer>): Promise<Answer>;
  goOn(): void;
}

async function startIntoPipe(): Promise<Stoppable> {
  const folder = mkdtempSync(join(tmpdir(), "fcrt-order-"));
  const path = join(folder, "stdout");
  execFileSync("mkfifo", [path]);
  const output = new Output(path);
  const writingEnd = openSync(path, "w");
  const port = await freePort();
  const child = spawn(process.execPath, [fixture], {
    env: { PATH: process.env["PATH"], FC_SERVER_PORT: String(port) },
    stdio: ["ignore", writingEnd, "inherit"],
  });
  closeSync(writingEnd);
  const gone = new Promise((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await gone;
    output.close();
    rmSync(folder, { recursive: true });
  });
  await output.readUntil("runtime inited.");
  return {
    port,
    output,
    async stopAfter(answer) {
      const stopped = answer.then(() => child.kill("SIGSTOP"));
      await output.readWhile(stopped);
      await until(() => / \(.*\) T /.test(readFileSync(`/proc/${child.pid}/stat`, "utf8")));
      return answer;
    },
    goOn: () => void child.kill("SIGCONT"),
  };
}

/** The reading end of a pipe, read when told to and no earlier. */
class Output {
  readonly #fd: number;
  readonly #chunk: Buffer = Buffer.alloc(1 << 16);
  #text = "";

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** Reads what is in the pipe now, and hands out all that was not handed out before. */
  readAll(): string {
    while (this.#readSome());
    const text = this.#text;
    this.#text = "";
    return text;
  }

  async readUntil(text: string): Promise<void> {
    await until(() => {
      this.#readSome();
      return this.#text.includes(text);
    });
  }

  /** Keeps the pipe from filling up while something else is waited for. */
  async readWhile(pending: Promise<unknown>): Promise<void> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    pending.then(settle, settle);
    await until(() => settled || (this.#readSome(), settled));
    await pending;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #readSome(): boolean {
    try {
      const length = readSync(this.#fd, this.#chunk);
      this.#text += this.#chunk.toString("utf8", 0, length);
      return length > 0;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") return false;
      throw error;
    }
  }
}

async function until(holds: () => boolean): Promise<void> {
  const patience = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > patience) throw new Error("Expected something to happen within 10 seconds");
    await nextTurn();
  }
}
