// Publishes the tarballs in `release/`, each after those that it depends on. It needs npm alone and no installed
// dependency, so that nobody else's code runs where the right to publish is.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { run } from "./processes.mjs";
import { fileNameOf, manifestOf, packageFolders, root } from "./workspace.mjs";

const { values } = parseArgs({ options: { "dry-run": { type: "boolean", default: false } } });

for (const manifest of inOrder(packageFolders().map(manifestOf))) {
  process.exitCode = await publish(manifest, values["dry-run"]);
  if (process.exitCode !== 0) break;
}

/** Those that depend on nothing of the others first. */
function inOrder(manifests) {
  if (manifests.length === 0) return [];
  const names = manifests.map(({ name }) => name);
  const ready = manifests.filter(
    ({ dependencies = {} }) => !names.some((name) => name in dependencies),
  );
  if (ready.length === 0) throw new Error(`Expected no cycle among \`${names.join("`, `")}\``);
  return [...ready, ...inOrder(manifests.filter((manifest) => !ready.includes(manifest)))];
}

async function publish(manifest, isRehearsal) {
  const { name, version, repository } = manifest;
  console.log(`\n== ${name}@${version}`);
  if (await isPublished(name, version)) {
    console.log("is published already");
    return 0;
  }
  if (!repository) {
    console.error(
      `Expected \`repository\` in the manifest of ${name}: npm compares it with where the provenance comes from`,
    );
    if (!isRehearsal) return 1;
  }
  const tarball = join(root, "release", `${fileNameOf(manifest)}.tgz`);
  const flags = isRehearsal ? ["--dry-run"] : [];
  const { exitCode } = await run("npm", ["publish", tarball, ...flags], { cwd: root });
  return exitCode;
}

async function isPublished(name, version) {
  const { exitCode, output } = await run("npm", ["view", `${name}@${version}`, "version"], {
    quiet: true,
  });
  if (exitCode !== 0 && !output.includes("E404")) throw new Error(output);
  return exitCode === 0 && output.includes(version);
}
