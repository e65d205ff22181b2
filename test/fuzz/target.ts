import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { startChild } from "../support/child.ts";
import type { Child } from "../support/child.ts";
import { canary, invoke, sendTo } from "../support/platform-request.ts";
import { expectHonest, expectNoSecret } from "./stdout.ts";
import { secret } from "./texts.ts";

/** How a program comes to follow the contract, and in which format it logs. */
export const ways = [
  ["serve", "text"],
  ["adopt", "json"],
  ["register", "text"],
] as const;

/** A program with all three packages that is being attacked. */
export interface Target {
  readonly port: number;
  /** Waits until the program has served another invocation, and so has seen what was sent before. */
  reached(): Promise<void>;
  /**
   * Every line since the last call, once the program has served another invocation: it goes on, nothing of them is
   * forged, and no secret stands in them or in what was exported.
   */
  newLines(): Promise<readonly string[]>;
}

/** Starts the fixture, and anew when it has died of the last attack. */
export async function startTarget(
  way: (typeof ways)[number][0],
  format: "text" | "json",
): Promise<() => Promise<Target>> {
  const collector = await startCollector();
  let child = await start();
  let target = await attacked(child);
  return async () => {
    if (child.process.exitCode !== null || child.process.signalCode !== null) {
      child = await start();
      target = await attacked(child);
    }
    return target;
  };

  async function attacked(program: Child): Promise<Target> {
    const found = targetOf(program, collector);
    // An adopted application's server is known by its first request.
    await found.newLines();
    return found;
  }

  async function start(): Promise<Child> {
    const packages = ["core", "logger", "trace"].map((name) => `@fcrt/${name}/register`);
    const program = await startChild(fixture, {
      nodeOptions: way === "register" ? packages.flatMap((name) => ["--import", name]) : [],
      env: {
        WAY: way,
        FCRT_LOG_FORMAT: format,
        FCRT_LOG_MULTILINE: way === "register" ? "escape" : "prefix",
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        ALIBABA_CLOUD_ACCESS_KEY_ID: canary.accessKeyId,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: canary.accessKeySecret,
        ALIBABA_CLOUD_SECURITY_TOKEN: canary.securityToken,
        PASSWORD: secret,
      },
    });
    await program.line("listening");
    return program;
  }
}

const patience = 10_000;

const fixture = fileURLToPath(new URL("../fixtures/fuzz/server.mjs", import.meta.url));

function targetOf(child: Child, collector: Collector): Target {
  // Only what is new: a program that is attacked for minutes writes a lot.
  let text = "";
  let look = (): void => {};
  child.process.stdout?.on("data", (chunk: string) => {
    text += chunk;
    look();
  });
  let fences = 0;
  const reached = async (): Promise<void> => {
    fences += 1;
    const id = `fence-${fences}`;
    await sendTo(child.port, invoke("{}", { "x-fc-request-id": id }));
    const end = `FC Invoke End RequestId: ${id}\n`;
    await outcomeOf((written) => written.includes(end), end);
  };
  const outcomeOf = async (isHere: (written: string) => boolean, what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const fail = (why: string): void =>
        reject(new Error(`${why} before ${what}:\n${text.slice(-5_000)}\n${child.stderr}`));
      const timer = setTimeout(() => fail(`${patience} ms passed`), patience);
      void child.exited.then(() => fail("The program ended"));
      look = () => {
        if (!isHere(text)) return;
        clearTimeout(timer);
        resolve();
      };
      look();
    });
  return {
    port: child.port,
    reached,
    async newLines() {
      await reached();
      await outcomeOf(isComplete, "the End of each invocation");
      const written = text;
      text = "";
      const lines = written.split("\n").slice(0, -1);
      expectHonest(lines);
      expectNoSecret("stdout", written);
      expectNoSecret("an export", collector.take());
      if (child.stderr !== "") throw new Error(`Expected nothing on stderr, got ${child.stderr}`);
      return lines.filter((line) => !line.includes("fence-"));
    },
  };
}

// A client that is gone does not wait for the end of its invocation, so neither can a test.
function isComplete(text: string): boolean {
  const moments = text.match(/^FC \w+ (?:Start|End) RequestId: /gm) ?? [];
  const ends = moments.filter((moment) => moment.includes(" End "));
  return text.endsWith("\n") && ends.length * 2 === moments.length;
}

interface Collector {
  readonly url: string;
  /** Every byte since the last call. */
  take(): string;
}

async function startCollector(): Promise<Collector> {
  let received = "";
  const server = createServer((request, response) => {
    received += request.rawHeaders.join("\n");
    request.setEncoding("latin1").on("data", (text: string) => (received += text));
    request.once("end", () => response.end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    take() {
      const taken = received;
      received = "";
      return taken;
    },
  };
}
