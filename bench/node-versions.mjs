import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/**
 * The Nodes that are compared: `name`, `path`, and whether it `caches` what it compiled. Those of package.json are Linux
 * x64 programs; elsewhere the one that runs this stands alone.
 */
export const nodeVersions = ["node-20.10", "node-22", "node-24"].flatMap(installed);
if (nodeVersions.length === 0) nodeVersions.push(versionOf(process.version, process.execPath));

function installed(alias) {
  try {
    const { version } = require(`${alias}/package.json`);
    return [versionOf(version, require.resolve(`${alias}/bin/node`))];
  } catch {
    return [];
  }
}

function versionOf(version, path) {
  const major = Number.parseInt(version.replace("v", ""), 10);
  return { name: `Node ${major}`, path, caches: major >= 22 };
}
