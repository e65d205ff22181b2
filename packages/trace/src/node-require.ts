import Module from "node:module";

/**
 * For Node's own modules, and for the list of what is loaded: both are the same from any place, and a bundle does not
 * know its own. As a property: webpack would replace a call of `createRequire` by a `require` of its own.
 */
export const nodeRequire: NodeJS.Require = Module.createRequire(process.execPath);
