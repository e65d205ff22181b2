import { createRequire } from "node:module";

/**
 * For Node's own modules, and for the list of what is loaded: both are the same from any place, and a bundle does not
 * know its own.
 */
export const nodeRequire: NodeJS.Require = createRequire(process.execPath);
