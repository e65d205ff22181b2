import { posix } from "node:path";
import type { MarkdownRenderer } from "vitepress";

/** Links to what lies beside docs/ (ARCHITECTURE.md, a package) lead somewhere in the repository; here they are text. */
export function unlinkOutside(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("unlink-outside", ({ tokens, env }) => {
    for (const token of tokens) {
      let outside = false;
      token.children &&= token.children.filter((child) => {
        if (child.type === "link_open")
          outside = isOutside(child.attrGet("href"), env.relativePath);
        return !(outside && child.type.startsWith("link_"));
      });
    }
  });
}

function isOutside(href: string | null, page: string): boolean {
  return href !== null && posix.join(posix.dirname(page), href).startsWith("../");
}
