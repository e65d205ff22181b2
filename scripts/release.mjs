// Makes what a release consists of: each package's tarball, checked, and its SBOM, in `release/`. With `--dry-run`, in a
// scratch copy, with the versions that the changesets ask for, and as far as npm would go before it publishes.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./processes.mjs";
import { cache, manifestOf, packageFolders, root } from "./workspace.mjs";

const { values } = parseArgs({ options: { "dry-run": { type: "boolean" } } });
process.exitCode = await (values["dry-run"] ? rehearse() : release());

async function release() {
  const folder = join(root, "release");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  return runAll(root, [
    [process.execPath, "scripts/check-packages.mjs", folder],
    [process.execPath, "scripts/sbom.mjs", folder],
  ]);
}

async function rehearse() {
  const scratch = mkdtempSync(join(tmpdir(), "fcrt-release-"));
  try {
    await copyTo(scratch);
    const versioned = await runAll(scratch, [
      [process.execPath, "scripts/setup.mjs"],
      [join(scratch, "node_modules", ".bin", "changeset"), "version"],
    ]);
    if (versioned !== 0) return versioned;
    for (const folder of packageFolders()) tell(scratch, folder);
    const published = await runAll(scratch, [
      [process.execPath, "scripts/release.mjs"],
      [process.execPath, "scripts/publish.mjs", "--dry-run"],
    ]);
    if (published === 0) console.log("\nNothing was published, and nothing here was changed.");
    return published;
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The files that git knows or would take in, as they are now, and the pinned pnpm, which need not be fetched again. */
async function copyTo(scratch) {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const { output } = await run("git", list, { quiet: true });
  const files = output.split("\0").filter((file) => file && existsSync(join(root, file)));
  for (const file of files) cpSync(join(root, file), join(scratch, file));
  await run("git", ["init", "--quiet", "--initial-branch=main"], { cwd: scratch });

  const pnpm = `pnpm-${manifestOf(".").packageManager.replace("pnpm@", "")}`;
  const kept = join(cache.replace(root, `${scratch}/`), pnpm);
  if (existsSync(join(cache, pnpm))) cpSync(join(cache, pnpm), kept, { recursive: true });
}

function tell(scratch, folder) {
  const { name, version } = JSON.parse(read(join(scratch, folder, "package.json")));
  const before = manifestOf(folder).version;
  console.log(`\n== ${name} ${before === version ? `stays ${version}` : `${before} → ${version}`}`);
  const changelog = join(scratch, folder, "CHANGELOG.md");
  if (existsSync(changelog)) console.log(read(changelog).split(/^## /m)[1]?.trim());
}

/** Runs one after the other; resolves to the exit code of the one that failed, or 0. */
async function runAll(cwd, commands) {
  for (const [command, ...args] of commands) {
    const { exitCode } = await run(command, args, { cwd });
    if (exitCode !== 0) return exitCode;
  }
  return 0;
}

function read(path) {
  return readFileSync(path, "utf8");
}
