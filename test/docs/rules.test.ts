import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { rules } from "../../packages/cli/src/rules/rules.ts";

const folder = new URL("../../docs/rules/", import.meta.url);

async function textOf(name: string): Promise<string> {
  return readFile(new URL(name, folder), "utf8");
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}

test("docs/rules/README.md lists every rule with its severity and sentence, and no other", async () => {
  const rows = (await textOf("README.md")).split("\n").filter((line) => line.startsWith("| [FC-"));
  const listed = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => plain(cell).trim()),
  );

  expect(listed).toEqual(
    rules.map(({ id, severity, title }) => [`[${id}](${id}.md)`, severity, title]),
  );
});

test("docs/rules has a page for every rule, and no other", async () => {
  const pages = (await readdir(folder)).filter((name) => name !== "README.md");

  expect(pages.toSorted()).toEqual(rules.map(({ id }) => `${id}.md`).toSorted());
});

test.each(rules)(
  "the page of $id says why, and what to change in three languages",
  async ({ id, title }) => {
    const page = await textOf(`${id}.md`);

    expect(plain(page)).toContain(`# ${id}\n\n${title}.\n\n## Why\n\n`);
    expect(page.match(/^(?:## Mend|\*\*\w+\*\*)$/gm)).toEqual([
      "## Mend",
      "**Node**",
      "**Python**",
      "**Go**",
    ]);
    expect(page.match(/^```\w+$/gm)).toHaveLength(3);
  },
);
