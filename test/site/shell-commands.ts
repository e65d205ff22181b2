import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Block, root } from "./pages.ts";

/** A command that a block shows. */
export interface Command {
  readonly text: string;
  /** In a `console` block: what the block shows of what the command prints. */
  readonly shown: readonly string[];
  /** What is wrong with it. */
  readonly complaints: readonly string[];
}

/** The commands of a block: each line, or in a `console` block each line behind a `$`. */
export function shellCommands({ place, language, text, file }: Block): Command[] {
  // A script has a name, and what stands in it is not for the reader to type.
  if (file !== undefined) return [];
  const parts =
    language === "console"
      ? text
          .split(/^\$ /m)
          .slice(1)
          .map((part) => part.trimEnd().split("\n"))
      : text.split("\n").map((line) => [line]);
  return parts
    .map(([line = "", ...shown]) => ({ text: line.replace(/(?:^|\s+)# .*$/, ""), shown }))
    .filter((command) => command.text !== "")
    .map((command) => ({
      ...command,
      complaints: complaintsAbout(command.text).map((complaint) => `${place}: ${complaint}`),
    }));
}

function complaintsAbout(command: string): string[] {
  return command.split(" && ").flatMap((part) => {
    const [program = "", ...words] = part
      .trim()
      .replace(/^(?:[A-Z_]+=(?:"[^"]*"|\S+) )+/, "")
      .split(/\s+/);
    const complaints = programs[program]?.(words) ?? [`nobody knows \`${program}\``];
    return [...complaints, ...modulesIn(part)];
  });
}

const nothing = (): string[] => [];

// `s` is Serverless Devs; gunicorn serves applications of Python.
const programs: Readonly<Record<string, (words: string[]) => string[]>> = {
  chmod: nothing,
  curl: nothing,
  exec: ([program = "", ...words]) => programs[program]?.(words) ?? [],
  gunicorn: nothing,
  node: nothing,
  s: nothing,
  npm: npmComplaints,
  npx: ([program = "", ...words]) =>
    program === "fcrt" || program === "@fcrt/cli"
      ? fcrtComplaints(words)
      : [`nobody knows \`npx ${program}\``],
};

function npmComplaints([subcommand = "", ...words]: string[]): string[] {
  if (["init", "prune", "ci", "pack"].includes(subcommand)) return [];
  if (subcommand === "install")
    return packagesIn(words)
      .filter((name) => !packages().includes(name))
      .map((name) => `there is no package ${name}`);
  const script = subcommand === "run" ? words[0] : subcommand;
  return script !== undefined && script in scripts
    ? []
    : [`there is no script \`npm run ${script}\``];
}

function packagesIn(words: readonly string[]): string[] {
  return words.filter((word) => word.startsWith("@fcrt/"));
}

/** `--import X`: what Node is to load first is an entry of a package. */
function modulesIn(command: string): string[] {
  return [...command.matchAll(/--(?:import|require) (@fcrt\/\w+)(\S*?)["\s]/g)]
    .filter(([, name = "", path = ""]) => !(`.${path}` in exportsOf(name)))
    .map(([, name, path]) => `there is no ${name}${path}`);
}

function fcrtComplaints([subcommand = "", ...words]: string[]): string[] {
  const end = words.indexOf("--");
  const flags = (end === -1 ? words : words.slice(0, end)).filter((word) =>
    /^--?[a-zA-Z]/.test(word),
  );
  const help = helpOf(subcommand);
  return flags
    .filter((flag) => !new RegExp(`(?:^|\\s)${flag}\\b`).test(help))
    .map((flag) => `fcrt ${subcommand} has no ${flag}`);
}

const helps = new Map<string, string>();

function helpOf(subcommand: string): string {
  const known = helps.get(subcommand);
  if (known !== undefined) return known;
  const program = join(root, "packages/cli/dist/fcrt.mjs");
  const help = execFileSync(process.execPath, [program, subcommand, "--help"], {
    encoding: "utf8",
  });
  helps.set(subcommand, help);
  return help;
}

const { scripts } = manifestOf(".");

function packages(): string[] {
  return readdirSync(join(root, "packages")).map((name) => `@fcrt/${name}`);
}

function exportsOf(name: string): object {
  const folder = name.replace("@fcrt/", "packages/");
  return existsSync(join(root, folder)) ? manifestOf(folder).exports : {};
}

function manifestOf(folder: string): { readonly scripts: object; readonly exports: object } {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
}
