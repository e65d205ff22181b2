import { equivalents } from "./equivalents.mjs";

/**
 * What a report of Stryker says: how many mutants had which end, and a sentence for each one that no test notices and
 * no entry of the list explains, and for each entry that explains nothing.
 */
export function judge({ files }) {
  const mutants = Object.entries(files).flatMap(([file, { source, mutants: all }]) =>
    all.map((mutant) => described(file, source, mutant)),
  );
  const listed = equivalents
    .filter(({ file }) => file in files)
    .flatMap(({ becomes, ...entry }) => becomes.map((text) => ({ ...entry, text })));
  const explained = new Set(mutants.filter((mutant) => listed.some((entry) => is(entry, mutant))));
  const others = mutants.filter((mutant) => !explained.has(mutant));
  const left = others.filter(({ end }) => end !== "Killed" && end !== "Timeout");
  return {
    score: scoreOf(mutants.length, others, explained.size, left.length),
    faults: [
      ...left.map(
        ({ file, line, was, text }) =>
          `${file}:${line}: no test notices \`${text}\` in place of \`${was}\``,
      ),
      ...listed
        .filter((entry) => !mutants.some((mutant) => is(entry, mutant)))
        .map(
          ({ file, was, text }) =>
            `${file}: test/mutation/equivalents.mjs lists \`${text}\` in place of \`${was}\`, which is not there`,
        ),
      ...[...explained]
        .filter(({ end }) => end === "Killed")
        .map(
          ({ file, line, was, text }) =>
            `${file}:${line}: test/mutation/equivalents.mjs lists \`${text}\` in place of \`${was}\`, which a test notices`,
        ),
    ],
  };
}

function described(file, source, { location: { start, end }, replacement, status }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const [first = ""] = lines;
  const whole = lines.join("\n");
  const after = (lines.at(-1) ?? "").length - (end.column - 1);
  return {
    file,
    line: start.line,
    within: first.trim(),
    was: whole.slice(start.column - 1, whole.length - after),
    text: replacement,
    end: status,
  };
}

function is({ file, within, was, text }, mutant) {
  return (
    mutant.file === file && mutant.within === within && mutant.was === was && mutant.text === text
  );
}

function scoreOf(all, others, equivalent, left) {
  const count = (status) => others.filter(({ end }) => end === status).length;
  return `${all} mutants, ${count("Killed")} killed, ${count("Timeout")} without an end, ${equivalent} equivalent, ${left} left`;
}
