import { esmExternalRequirePlugin } from "rolldown/plugins";
import type { UserConfig } from "tsdown";

const symbols = "pino/lib/symbols.js";

/** What stands for some of pino's own modules. */
const replaced: Readonly<Record<string, { readonly pattern: RegExp; readonly code: string }>> = {
  "\0symbols": {
    pattern: /^\.\/(lib\/)?symbols$/,
    // As a module of Node's sees it, and as CommonJS does.
    code: `const symbols = require("${symbols}"); module.exports = symbols.default ?? symbols;`,
  },
  // What pino writes with when it is not given a stream, ours always is, and who called it, which transports ask.
  "\0unreached": {
    pattern:
      /^(sonic-boom|on-exit-leak-free|worker_threads|\.\/(lib\/)?(caller|transport|multistream))$/,
    code: "module.exports = function () {};",
  },
  // For the bindings of a logger that is not given any: ours always is.
  "\0host": { pattern: /^node:os$/, code: "exports.hostname = () => {};" },
};

/**
 * Options of a build that takes pino's code into the bundle: pino is 29 files, and each costs a cold start most of a
 * millisecond. Its types and the symbols of its loggers stay the installed package's, where others look for
 * them: pino-http does, and so does our destination at a logger of somebody else's pino.
 */
export const pinoInside: UserConfig = {
  deps: {
    alwaysBundle: ["pino"],
    onlyBundle: [
      "pino",
      "@pinojs/redact",
      "pino-std-serializers",
      "quick-format-unescaped",
      "safe-stable-stringify",
    ],
  },
  plugins: [
    {
      name: "pino",
      resolveId(id, importer) {
        if (!/[\\/]pino[\\/]/.test(importer ?? "")) return undefined;
        return Object.keys(replaced).find((name) => replaced[name]?.pattern.test(id));
      },
      load: (id) => replaced[id]?.code,
    },
    // Otherwise they become `createRequire(import.meta.url)`, which nobody else's bundler follows.
    esmExternalRequirePlugin({ external: [/^node:(?!os$)/, symbols] }),
  ],
};
