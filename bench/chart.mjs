// Horizontal bars as SVG that brings its own colors, for light and for dark.
const width = 860;
const rowHeight = 26;
const top = 62;
const labelEnd = 325;
const barStart = 335;
const barSpace = 310;

/** A chart of bars, each with its `name`, `text`, `middle`, `low` and `high`, and whether it is `ours`. */
export function barChart({ title, subtitle, bars }) {
  const height = top + bars.length * rowHeight + 14;
  const largest = Math.max(...bars.map(({ high }) => high), Number.MIN_VALUE);
  const told = bars.map(({ name, text }) => `${name}: ${text}`).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(`${title}, ${subtitle}`)}</title>
<desc id="description">${escaped(told)}</desc>
<style>${style}</style>
<rect class="ground" width="${width}" height="${height}" rx="6"/>
<text class="title" x="16" y="26">${escaped(title)}</text>
<text class="subtitle" x="16" y="46">${escaped(subtitle)}</text>
${bars.map((bar, index) => barOf(bar, top + index * rowHeight, barSpace / largest)).join("\n")}
</svg>
`;
}

const style = `
text { font: 13px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2328; }
.title { font-size: 15px; font-weight: 600; }
.subtitle { fill: #59636e; }
.ground { fill: #ffffff; }
.bar { fill: #afb8c1; }
.ours { fill: #2f81f7; }
.spread { stroke: #1f2328; stroke-width: 1.5; }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .subtitle { fill: #9198a1; }
  .ground { fill: #0d1117; }
  .bar { fill: #57606a; }
  .ours { fill: #388bfd; }
  .spread { stroke: #e6edf3; }
}
`;

function barOf({ name, ours, text, middle, low, high }, y, scale) {
  const at = (value) => (Math.max(value, 0) * scale).toFixed(1);
  const x = (value) => (barStart + Number(at(value))).toFixed(1);
  const center = y + rowHeight / 2;
  const spread = `<path class="spread" d="M${x(low)} ${center}H${x(high)}M${x(low)} ${center - 3}v6M${x(high)} ${center - 3}v6"/>`;
  return [
    `<text x="${labelEnd}" y="${center + 4}" text-anchor="end">${escaped(name)}</text>`,
    `<rect class="${ours ? "bar ours" : "bar"}" x="${barStart}" y="${y + 4}" width="${at(middle)}" height="${rowHeight - 8}" rx="2"/>`,
    ...(low < high ? [spread] : []),
    `<text x="${Number(x(Math.max(middle, high))) + 8}" y="${center + 4}">${escaped(text)}</text>`,
  ].join("");
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
