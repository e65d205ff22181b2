import type { Plugin } from "rolldown";

/** Has Node load `util` when OpenTelemetry calls it, for a warning of its own, not at a cold start. */
export const utilWhenCalled: Plugin = {
  name: "util-when-called",
  resolveId(id, importer) {
    const asks = id === "util" && /@opentelemetry[\\/]core[\\/]/.test(importer ?? "");
    return asks ? virtual : undefined;
  },
  load: (id) => (id === virtual ? code : undefined),
};

const virtual = "\0util";

// As a property: webpack would replace a call of `createRequire` by a `require` of its own.
const code = `
  import Module from "node:module";
  const nodeRequire = Module.createRequire(process.execPath);
  export const inspect = (...values) => nodeRequire("node:util").inspect(...values);
`;
