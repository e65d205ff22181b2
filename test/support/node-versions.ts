import { createRequire } from "node:module";

/** A Node that a test can spawn. */
export interface NodeVersion {
  /** Without the `v`: `20.10.0`. */
  readonly version: string;
  /** The absolute path of the program. */
  readonly path: string;
}

const require = createRequire(import.meta.url);

/** The aliases in package.json: the oldest Node that is supported, and the newest of later lines. */
const aliases = ["node-20.10", "node-22", "node-24"];

/**
 * The Node that runs the tests and those of the matrix. The latter are Linux x64 programs: elsewhere
 * they are not installed, and a notice says so.
 */
export const nodeVersions: readonly NodeVersion[] = [
  { version: process.versions.node, path: process.execPath },
  ...aliases.flatMap(installed),
];

function installed(alias: string): NodeVersion[] {
  try {
    const { version } = require(`${alias}/package.json`) as { version: string };
    // Some of these packages write their version with a `v`.
    return [{ version: version.replace("v", ""), path: require.resolve(`${alias}/bin/node`) }];
  } catch {
    process.emitWarning(
      `${alias} is not installed on ${process.platform} ${process.arch}: not tested`,
    );
    return [];
  }
}
