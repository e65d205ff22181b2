// Writes the tables of options in the packages' READMEs from the types; `--check` only says where one is out of date.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { run } from "./processes.mjs";
import { packageFolders, root } from "./workspace.mjs";

/** `<!-- options: Name -->`, what stands between, and the end of it. */
const table = /(<!-- options: (\w+) -->\n)[^]*?(<!-- end of options -->)/g;

const checks = process.argv.includes("--check");
const stale = packageFolders()
  .map((folder) => [join(root, folder, "README.md"), readmeOf(folder)])
  .filter(([path, text]) => bare(readFileSync(path, "utf8")) !== bare(text));

if (checks) {
  for (const [path] of stale)
    console.error(`Expected the options in ${path} to be those of the types: npm run readme`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of stale) writeFileSync(path, text);
  if (stale.length > 0)
    await run(
      "oxfmt",
      stale.map(([path]) => path),
    );
}

function readmeOf(folder) {
  const interfaces = interfacesIn(join(root, folder, "src"));
  const text = readFileSync(join(root, folder, "README.md"), "utf8");
  const told = [...text.matchAll(table)].map(([, , name]) => name);
  return text.replace(table, (_found, start, name, end) => {
    const rows = optionsOf(name, interfaces, told).map(rowOf);
    return `${start}\n| option | type | default | |\n| - | - | - | - |\n${rows.join("\n")}\n\n${end}`;
  });
}

/** The interfaces that are declared below a folder, by their names. */
function interfacesIn(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(".ts"));
  const sources = files.map((name) => {
    const path = join(folder, name);
    return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
  });
  const declared = sources.flatMap(({ statements }) =>
    statements.filter(ts.isInterfaceDeclaration),
  );
  return new Map(declared.map((declaration) => [declaration.name.text, declaration]));
}

/** The members of an interface, then those of the ones that it extends and that have no table of their own. */
function optionsOf(name, interfaces, told) {
  const declaration = interfaces.get(name);
  if (!declaration) return [];
  const parents = (declaration.heritageClauses ?? []).flatMap(({ types }) =>
    types.map(({ expression }) => expression.getText()),
  );
  const untold = parents.filter((parent) => !told.includes(parent));
  return [
    ...declaration.members.filter((member) => ts.getJSDocCommentsAndTags(member).length > 0),
    ...untold.flatMap((parent) => optionsOf(parent, interfaces, told)),
  ];
}

function rowOf(member) {
  const [{ comment = "", tags = [] }] = ts.getJSDocCommentsAndTags(member);
  const byDefault = tags.find(({ tagName }) => tagName.text === "default")?.comment ?? "";
  const type = member.type
    .getText()
    .replace(" | undefined", "")
    .replace(/^readonly /, "");
  const cells = [`\`${member.name.getText()}\``, `\`${type}\``, asCode(byDefault), comment];
  return `| ${cells.map((cell) => cell.replaceAll(/\s+/g, " ").replaceAll("|", "\\|")).join(" | ")} |`;
}

/** A value that the default begins with is code, and so is a text anywhere. */
function asCode(text) {
  return text.replaceAll(
    /^(?:\([^)]*\) => .+|\[\]|\{\}|true|false|\d+)(?=[\s,]|$)|"[^"]*"/g,
    "`$&`",
  );
}

/** A formatter lays the columns. */
function bare(text) {
  return text.replaceAll(/ +/g, " ").replaceAll(/-+/g, "-");
}
