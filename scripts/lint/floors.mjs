import { posix } from "node:path";

/** Package names that a package must not import, with all that is below them. */
const upward = {
  core: /^(?:pino|@opentelemetry\/[^/]+|@fcrt\/(?:logger|trace|cli))(?:\/|$)/,
  logger: /^(?:@opentelemetry\/sdk[^/]*|@fcrt\/(?:trace|cli))(?:\/|$)/,
  trace: /^(?:pino|@fcrt\/(?:logger|cli))(?:\/|$)/,
};

/** Inside core: `imported` is a path from the package's folder, or a package name. */
const innerFloors = [
  { folder: "src/protocol/", allows: (imported) => imported.startsWith("src/protocol/") },
  { folder: "src/output/", allows: (imported) => !imported.startsWith("src/server/") },
  { folder: "src/invocation/", allows: (imported) => !imported.startsWith("src/server/") },
];

/** Imports point down only, and reach another package through its public exports only. */
export const floors = {
  meta: { type: "problem" },
  create(context) {
    const place = /^.*\/packages\/(?<name>[^/]+)\/(?<file>.+)$/.exec(
      context.filename.replaceAll("\\", "/"),
    )?.groups;
    if (!place) return {};

    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source),
      TSExternalModuleReference: (node) => check(node.expression),
      CallExpression(node) {
        if (node.callee.name === "require") check(node.arguments[0]);
      },
    };

    function check(source) {
      if (typeof source?.value !== "string") return;
      const message = violationOf(place, source.value);
      if (message) context.report({ node: source, message });
    }
  },
};

function violationOf({ name, file }, specifier) {
  const imported = specifier.startsWith(".")
    ? posix.join(posix.dirname(file), specifier)
    : specifier;
  if (imported.startsWith("../")) return "Import another package by its name, not by a path.";
  if (/^@fcrt\/[^/]+\/(?:src|dist)(?:\/|$)/.test(imported))
    return "Import another package through its public exports.";
  if (upward[name]?.test(imported))
    return `\`${imported}\` is on a higher floor than ${name}, or beside it.`;

  const floor =
    name === "core" ? innerFloors.find(({ folder }) => file.startsWith(folder)) : undefined;
  return floor && !floor.allows(imported) ? `\`${imported}\` is above ${floor.folder}.` : undefined;
}
