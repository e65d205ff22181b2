import { renderMermaidSVG } from "beautiful-mermaid";
import type { MarkdownRenderer } from "vitepress";

/** Draws `mermaid` blocks when the site is built: readers load no script for them. */
export function renderDiagrams(markdown: MarkdownRenderer): void {
  const { fence } = markdown.renderer.rules;
  markdown.renderer.rules.fence = (tokens, index, ...rest) => {
    const token = tokens[index];
    if (token?.info === "mermaid") return diagramOf(token.content);
    return fence?.(tokens, index, ...rest) ?? "";
  };
}

function diagramOf(source: string): string {
  const svg = renderMermaidSVG(source, {
    bg: "var(--vp-c-bg)",
    fg: "var(--vp-c-text-1)",
    muted: "var(--vp-c-text-1)",
    line: "var(--vp-c-text-3)",
    transparent: true,
  });
  // The renderer asks a host elsewhere for its font; blank lines would end the block of HTML.
  const quiet = svg.replace(/@import url\([^)]*\);/, "").replaceAll(/\n\s*\n/g, "\n");
  return `<div class="diagram" v-pre>${quiet}</div>\n`;
}
