// Asks the registry which known vulnerabilities touch what the packages bring: what is in their bundles, and what an
// installation of them adds. Fails with 1 when one is high or critical, with 2 when the registry could not be asked.
// `npm audit` asks, for that of the pinned pnpm calls an endpoint that npm has shut down.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./processes.mjs";

const scratch = mkdtempSync(join(tmpdir(), "fcrt-audit-"));
try {
  process.exitCode = await audit();
} finally {
  rmSync(scratch, { recursive: true });
}

async function audit() {
  const sbom = await run(process.execPath, ["scripts/sbom.mjs", scratch], { quiet: true });
  if (sbom.exitCode !== 0) throw new Error(sbom.output);
  const components = componentsIn(scratch);
  writeFileSync(join(scratch, "package.json"), JSON.stringify(manifestOf(components)));
  writeFileSync(join(scratch, "package-lock.json"), JSON.stringify(lockfileOf(components)));

  const answer = await run("npm", ["audit", "--json", "--audit-level=high"], {
    quiet: true,
    cwd: scratch,
  });
  return report(answer, components.size);
}

/** Names and versions of what is not of this repository. */
function componentsIn(folder) {
  const documents = readdirSync(folder).map((name) =>
    JSON.parse(readFileSync(join(folder, name), "utf8")),
  );
  const foreign = documents
    .flatMap((document) => document.components ?? [])
    .filter(({ group }) => group !== "@fcrt")
    .map(({ group, name, version }) => [group ? `${group}/${name}` : name, version]);
  return new Map(foreign);
}

function manifestOf(components) {
  return { name: "audited", version: "0.0.0", dependencies: Object.fromEntries(components) };
}

function lockfileOf(components) {
  const packages = [...components].map(([name, version]) => [`node_modules/${name}`, { version }]);
  return {
    name: "audited",
    lockfileVersion: 3,
    requires: true,
    packages: { "": manifestOf(components), ...Object.fromEntries(packages) },
  };
}

function report({ exitCode, output }, count) {
  const found = advisoriesIn(output);
  if (found === undefined) {
    console.error(`Not checked: the registry gave no answer about vulnerabilities.\n${output}`);
    return 2;
  }
  for (const { title, url, name, severity } of found) {
    console.log(`${severity}: ${name}: ${title}, ${url}`);
  }
  console.log(`${count} packages checked, ${found.length} known vulnerabilities`);
  return exitCode === 0 ? 0 : 1;
}

/** The advisories, or `undefined` when npm has no report to tell: it prints warnings before it, and errors as objects, too. */
function advisoriesIn(output) {
  const [text] = /^\{[^]*^\}/m.exec(output) ?? [];
  const vulnerabilities = text && JSON.parse(text).vulnerabilities;
  if (!vulnerabilities) return undefined;
  // A name among them stands for a package that only depends on one with an advisory.
  return Object.values(vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((advisory) => typeof advisory === "object");
}
