/** One module a package, `src/options.ts`, reads the environment; oxlint's own rule misses an imported `process`. */
export const noProcessEnv = {
  meta: { type: "problem" },
  create(context) {
    return {
      MemberExpression(node) {
        if (nameOf(node) === "env" && isProcess(node.object)) report(node);
      },
      VariableDeclarator(node) {
        if (node.init && isProcess(node.init) && node.id.type === "ObjectPattern")
          reportEnvIn(node.id.properties, "key");
      },
      ImportDeclaration(node) {
        if (isProcessModule(node.source)) reportEnvIn(node.specifiers, "imported");
      },
      ExportNamedDeclaration(node) {
        if (isProcessModule(node.source)) reportEnvIn(node.specifiers, "local");
      },
    };

    function reportEnvIn(parts, key) {
      for (const part of parts) if (part[key]?.name === "env") report(part);
    }

    function report(node) {
      context.report({
        node,
        message: "Read the environment in options.ts, and pass on what it says.",
      });
    }
  },
};

function isProcess(node) {
  return (
    node.name === "process" || (node.type === "MemberExpression" && nameOf(node) === "process")
  );
}

function isProcessModule(source) {
  return source?.value === "node:process" || source?.value === "process";
}

function nameOf({ computed, property }) {
  return computed ? property.value : property.name;
}
