import { equivalents } from "./equivalents.mjs";

/**
 * What a report of Stryker says: how many mutants had which end, and a sentence for each one that no test notices and
 * no entry of the list explains, and for each entry that explains nothing.
 */
export function judge({ files }) {
  const mutants = Object.entries(files).flatMap(([file, { source, mutants: all }]) =>
    all.map((mutant) => described(file, source, mutant)),
  );
  const unnoticed = mutants.filter(({ end }) => end !== "Killed");
  const listed = equivalents
    .filter(({ file }) => file in files)
    .flatMap(({ becomes, ...entry }) => becomes.map((text) => ({ ...entry, text })));
  const equivalent = unnoticed.filter((mutant) => listed.some((entry) => is(entry, mutant)));
  const endless = unnoticed.filter(({ end }) => end === "Timeout");
  const left = unnoticed.filter((mutant) => ![...equivalent, ...endless].includes(mutant));
  const idle = listed.filter((entry) => !unnoticed.some((mutant) => is(entry, mutant)));
  const counts = {
    mutants: mutants.length,
    killed: mutants.length - unnoticed.length,
    "without an end": endless.filter((mutant) => !equivalent.includes(mutant)).length,
    equivalent: equivalent.length,
    left: left.length,
  };
  return { score: scoreOf(counts), faults: [...left.map(survival), ...idle.map(idleness)] };
}

function described(file, source, { location: { start, end }, replacement, status }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const within = lines[0].trim();
  lines.push(lines.pop().slice(0, end.column - 1));
  const was = lines.join("\n").slice(start.column - 1);
  return { file, line: start.line, within, was, text: replacement, end: status };
}

function is({ file, within, was, text }, mutant) {
  return (
    mutant.file === file && mutant.within === within && mutant.was === was && mutant.text === text
  );
}

function scoreOf(counts) {
  return Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", ");
}

function survival({ file, line, was, text }) {
  return `${file}:${line}: no test notices \`${text}\` in place of \`${was}\``;
}

function idleness({ file, was, text }) {
  return `${file}: test/mutation/equivalents.mjs lists \`${text}\` in place of \`${was}\`, which is not there or is noticed`;
}
