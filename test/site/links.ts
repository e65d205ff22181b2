import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import MarkdownIt from "markdown-it";
import { root, textOf } from "./pages.ts";

/** Where the built site is. */
export const site: string = join(root, "docs/.vitepress/dist");

/** The pages of the built site: `rules/index.html`. */
export function builtPages(): string[] {
  const names = readdirSync(site, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".html"));
}

/** The links of the built site that lead nowhere in it. */
export function deadLinksOfSite(): string[] {
  const pages = new Map(builtPages().map((page) => [`/${page}`, pageOf(page)]));
  return [...pages].flatMap(([path, { links }]) =>
    links
      .filter((link) => !/^(?:https?|mailto|data):/.test(link))
      .filter((link) => {
        const { pathname, hash } = new URL(link, `http://site${path}`);
        const target = pathname.endsWith("/") ? `${pathname}index.html` : decodeURI(pathname);
        const page = pages.get(target);
        if (!page) return !existsSync(join(site, target));
        return hash !== "" && !page.ids.has(decodeURIComponent(hash.slice(1)));
      })
      .map((link) => `${path}: ${link}`),
  );
}

/** The links of a page in the repository that lead to no file, or to no heading of one; the API is on the site alone. */
export function deadLinksOf(page: string): string[] {
  return hrefsIn(textOf(page))
    .filter((link) => !/^(?:https?:|mailto:|(?:\.\.\/)*api\/)/.test(link))
    .filter((link) => {
      const [path = "", anchor] = decodeURI(link).split("#");
      const target = path === "" ? page : join(dirname(page), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !headingsIn(textOf(target)).includes(anchor);
    })
    .map((link) => `${page}: ${link}`);
}

interface Page {
  readonly links: readonly string[];
  readonly ids: ReadonlySet<string>;
}

function pageOf(page: string): Page {
  const html = readFileSync(join(site, page), "utf8");
  return {
    links: valuesIn(html, /\s(?:href|src)="([^"]+)"/g),
    ids: new Set(valuesIn(html, /\sid="([^"]+)"/g)),
  };
}

function valuesIn(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map(([, value = ""]) => value.replaceAll("&amp;", "&"));
}

function hrefsIn(markdown: string): string[] {
  const tokens = new MarkdownIt().parse(markdown, {}).flatMap(({ children }) => children ?? []);
  return tokens.flatMap((token) => token.attrGet("href") ?? token.attrGet("src") ?? []);
}

/** The anchors that GitHub gives to headings. */
function headingsIn(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
