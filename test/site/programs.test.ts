import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Child, type ChildOptions, startChild } from "../support/child.ts";
import { httpInvoke, invoke, sendTo } from "../support/platform-request.ts";
import { type Block, blocks, pages, root } from "./pages.ts";
import { shellCommands } from "./shell-commands.ts";
import { checkTypes } from "./type-check.ts";

const programs = new Set(
  checkTypes(blocks.filter(({ text }) => text.includes("await serve(")))
    .filter(({ isComplete }) => isComplete)
    .map(({ block }) => block),
);

const played = pages.filter((page) =>
  blocks.some(
    (block) => block.page === page && (programs.has(block) || block.language === "console"),
  ),
);

describe("programs in the documentation", () => {
  test("are found", () => {
    expect(programs.size).toBeGreaterThan(8);
  });

  test.concurrent.for(played)("do what %s shows", async (page, { onTestFinished }) => {
    const folder = newFolder();
    onTestFinished(() => rmSync(folder, { recursive: true }));

    expect(await play(page, folder, (stop) => onTestFinished(stop))).toEqual([]);
  });
});

type StopWith = NonNullable<ChildOptions["stopWith"]>;

/**
 * Goes through a page as a reader does, in a folder of his own: writes files, starts programs, types commands.
 * Resolves to what went another way than the page says.
 */
async function play(page: string, folder: string, stopWith: StopWith): Promise<string[]> {
  const complaints: string[] = [];
  let server: Child | undefined;
  let asked = false;
  let files = "";
  for (const block of blocks.filter((candidate) => candidate.page === page)) {
    if (block.file && block.language !== "yaml") {
      writeFileSync(join(folder, block.file), block.text);
      files += block.text;
    }
    if (programs.has(block)) {
      server = await startedFrom(block, folder, stopWith);
      complaints.push(...(await complaintsAbout(server, block)));
    }
    // What a page shows as plain text behind a call of its server is what that has printed.
    if (block.language === "" && asked && server)
      complaints.push(...missingIn(server.stdout, block.text.split("\n"), block));
    const commands = block.language === "console" ? shellCommands(block) : [];
    for (const { text, shown } of commands)
      complaints.push(...missingIn(await outputOf(text, folder, files, server), shown, block));
    asked = commands.some(({ text }) => text.startsWith("curl"));
  }
  return complaints;
}

async function startedFrom(block: Block, folder: string, stopWith: StopWith): Promise<Child> {
  const file = join(folder, block.file ?? "program.mjs");
  writeFileSync(file, block.text);
  const child = await startChild(file, { stopWith });
  await child.line("runtime inited");
  return child;
}

/** A program answers an event and an HTTP request, each with a status of the contract, or closes as it says itself. */
async function complaintsAbout({ port, exited }: Child, { place, text }: Block): Promise<string[]> {
  if (text.includes(".close()")) {
    const { code } = await exited;
    return code === 0 ? [] : [`${place}: ended with code ${code}`];
  }
  const answers = [await sendTo(port, invoke('{"name":"you"}')), await sendTo(port, httpInvoke())];
  return answers
    .filter(({ fcStatus }) => fcStatus !== "200" && fcStatus !== "404")
    .map(({ fcStatus }) => `${place}: answered x-fc-status ${fcStatus}`);
}

const fcrt = `${process.execPath} ${join(root, "packages/cli/dist/fcrt.mjs")}`;

const outputs = new Map<string, Promise<string>>();

/** What a command prints, all of it together. A page and its translation need it once. */
async function outputOf(
  command: string,
  folder: string,
  files: string,
  server: Child | undefined,
): Promise<string> {
  const key = `${command}\n${files}`;
  const known = outputs.get(key);
  if (known && !command.startsWith("curl")) return known;
  const output = run(command, folder, server);
  outputs.set(key, output);
  return output;
}

/** Runs a command; a call of a server goes to the one that runs. */
async function run(command: string, folder: string, server: Child | undefined): Promise<string> {
  const runnable = command
    .replaceAll("npx fcrt", fcrt)
    .replaceAll("127.0.0.1:9000", `127.0.0.1:${server?.port}`);
  const shell = spawn("sh", ["-c", runnable], { cwd: folder, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  for await (const text of shell.stdout.setEncoding("utf8")) output += text;
  return output;
}

/** The lines that are shown and not among those that are there; `…` stands for anything. */
function missingIn(output: string, shown: readonly string[], { place }: Block): string[] {
  const lines = output.split("\n").map(settled);
  return shown
    .filter((line) => {
      const parts = settled(line).split("…").map(literal);
      const pattern = new RegExp(`^${parts.join(".*")}$`);
      return !lines.some((candidate) => pattern.test(candidate));
    })
    .map((line) => `${place}: no line is ${line}, in\n${output}`);
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A line without what is another each time: times, request IDs, indentation. */
function settled(line: string): string {
  return line
    .trim()
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}/g, "TIME")
    .replaceAll(
      /\b(?:1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b/g,
      "ID",
    )
    .replaceAll(/\s+[\d.]+ m?s\b/g, " DURATION")
    .replaceAll(/\s+/g, " ");
}

/** Below the tests' own dependencies, so that programs find the packages as they are built. */
function newFolder(): string {
  const parent = join(root, "test/node_modules/.cache");
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, "site-"));
}
