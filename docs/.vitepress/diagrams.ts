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
  const svg = renderMermaidSVG(source, { transparent: true })
    // Its style asks a host elsewhere for a font. theme/style.css has what is needed of it.
    .replace(/<style>.*?<\/style>/s, "")
    .replace(/ style="[^"]*"/, "")
    // A blank line would end the block of HTML.
    .replaceAll(/\n\s*\n/g, "\n");
  return `<div class="diagram" v-pre>${svg}</div>\n`;
}
