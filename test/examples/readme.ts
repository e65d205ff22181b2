/** A command in a README, and what the README shows of its output. */
export interface ShownCommand {
  readonly command: string;
  readonly shown: string;
}

/** The commands in the `console` blocks of a README: each a line with `$`, its output below it. */
export function commandsIn(readme: string): ShownCommand[] {
  const blocks = [...readme.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, block = ""]) => block);
  return blocks.flatMap((block) =>
    [...block.matchAll(/^\$ (.+)\n((?:(?!\$ ).*\n)*)/gm)].map(([, command = "", shown = ""]) => ({
      command,
      shown,
    })),
  );
}

/** The lines of code that a README quotes, without what stands around them. */
export function quotesIn(readme: string): string[] {
  const blocks = [...readme.matchAll(/^```(?:js|ts|yaml|diff)\n([^]*?)^```$/gm)];
  return blocks
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => !line.startsWith("-"))
    .map((line) => line.replace(/^\+/, "").trim())
    .filter((line) => line !== "" && line !== "…");
}

/** What an output has to match: `…` stands for any text in a line, and alone in a line for any lines. */
export function patternOf(shown: string): RegExp {
  const lines = comparable(shown)
    .split("\n")
    .map((line) => (line === "…" ? "[^]*?" : escaped(line).replaceAll("…", ".*")));
  return new RegExp(`^${lines.join("\n")}$`);
}

/** An output without what differs from run to run: ids, times, durations, the folder that it ran in. */
export function comparable(output: string): string {
  return output
    .replaceAll(/\b1(?:-[0-9a-f]{8}){2}-[0-9a-f]{12}\b/g, "ID")
    .replaceAll(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, "ID")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}/g, "TIME")
    .replaceAll(/\b[\d.]+ m?s\b/g, "DURATION")
    .replaceAll(/[^\s(]*\/(?:code|fcrt-[\w-]+)\//g, "CODE/")
    .replaceAll(/ +$/gm, "")
    .trimEnd();
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
}
