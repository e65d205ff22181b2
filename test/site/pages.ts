import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";

/** Where the repository is. */
export const root: string = fileURLToPath(new URL("../../", import.meta.url));

/** A block of code in a page. */
export interface Block {
  /** The page and the block's first line in it: `docs/logging.md:7`. */
  readonly place: string;
  readonly page: string;
  /** What stands behind the fence, such as `js`; empty for a block of plain text. */
  readonly language: string;
  readonly text: string;
  /** What its first line calls it, as in `// index.mjs`. */
  readonly file: string | undefined;
}

/** The pages that readers get, from the top of the repository. */
export const pages: readonly string[] = [
  "README.md",
  "README.zh-CN.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(root, "packages")).map((name) => `packages/${name}/README.md`),
  // `docs/api` is made by TypeDoc.
  ...markdownIn("docs").filter((page) => !/^docs\/(?:api|node_modules)\//.test(page)),
];

/** All blocks of all pages, in their order. */
export const blocks: readonly Block[] = pages.flatMap(blocksIn);

/** The text of a page. */
export function textOf(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".md")).map((name) => `${folder}/${name}`);
}

function blocksIn(page: string): Block[] {
  return new MarkdownIt()
    .parse(textOf(page), {})
    .filter(({ type }) => type === "fence")
    .map(({ info, content, map }) => ({
      place: `${page}:${(map?.[0] ?? 0) + 2}`,
      page,
      language: info.trim().split(" ")[0] ?? "",
      text: content,
      file: /^(?:\/\/|#) ([\w./-]*[\w-])(?=$|[,，\s])/.exec(content)?.[1],
    }));
}
