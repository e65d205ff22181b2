import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { type Block, blocks } from "./pages.ts";
import { shellCommands } from "./shell-commands.ts";
import { checkTypes } from "./type-check.ts";

const javascript = blocks.filter(({ language }) => language === "js" || language === "ts");

describe("code in the documentation", () => {
  test("is in a language that this test knows", () => {
    const known = /^(?:js|ts|sh|console|json|yaml|sql|mermaid|go|python|)$/;
    const unknown = blocks.filter(({ language }) => !known.test(language));

    expect(placesOf(unknown)).toEqual([]);
    expect(javascript.length).toBeGreaterThan(100);
  });

  test("fits the types of the packages, where it is JavaScript", () => {
    expect(checkTypes(javascript).flatMap(({ complaints }) => complaints)).toEqual([]);
  }, 60_000);

  test("parses, where it is JSON or YAML", () => {
    const json = blocksIn("json").filter(({ text }) => !isJson(text));
    const yaml = blocksIn("yaml").filter(({ text }) => parseDocument(text).errors.length > 0);

    expect(placesOf([...json, ...yaml])).toEqual([]);
  });

  test("names commands, options and modules that exist, where it is for a shell", () => {
    const shell = [...blocksIn("sh"), ...blocksIn("console")];

    expect(
      shell.flatMap((block) => shellCommands(block).flatMap(({ complaints }) => complaints)),
    ).toEqual([]);
  });

  test.skipIf(!isInstalled("python3"))("parses, where it is Python", () => {
    // One process for all: starting it takes most of the time.
    const program =
      "import ast, json, sys\nfor block in json.load(sys.stdin): ast.parse(block['text'], block['place'])";
    expect(complaintOf("python3", ["-c", program], JSON.stringify(blocksIn("python")))).toBe("");
  });

  test.skipIf(!isInstalled("gofmt"))("parses, where it is Go", () => {
    // A block of comments alone is neither declarations nor statements.
    const complaints = blocksIn("go").map(({ place, text }) =>
      complaintOf("gofmt", [], `${text}var _ int\n`).replace("<standard input>", place),
    );

    expect(complaints.filter(Boolean)).toEqual([]);
  });
});

function blocksIn(language: string): Block[] {
  return blocks.filter((block) => block.language === language);
}

function placesOf(found: readonly Block[]): string[] {
  return found.map(({ place }) => place);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isInstalled(program: string): boolean {
  return (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}

/** What a program says that reads code from its stdin, if it does not take it. */
function complaintOf(program: string, args: readonly string[], input: string): string {
  const { status, stderr } = spawnSync(program, args, { input, encoding: "utf8" });
  return status === 0 ? "" : stderr;
}
