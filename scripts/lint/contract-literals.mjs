const contract = [
  { what: "header name", pattern: /\bx-fc-/i },
  {
    what: "control path",
    pattern: /\/(?:invoke|http-invoke|initialize|pre-stop|pre-freeze)(?![\w./-])/,
  },
  {
    what: "marker text",
    pattern: /FC (?:Invoke|Initialize|PreFreeze|PreStop)|RequestId:|FunctionCompute /,
  },
];

/** The wire contract is data in one place, `packages/core/src/protocol/`; elsewhere its names are imported. */
export const contractLiterals = {
  meta: { type: "problem" },
  create(context) {
    return {
      Literal(node) {
        if (!isModuleName(node)) check(node, textOf(node));
      },
      TemplateElement(node) {
        check(node, node.value.cooked ?? node.value.raw);
      },
    };

    function check(node, text) {
      const found = contract.find(({ pattern }) => pattern.test(text));
      if (found) {
        context.report({
          node,
          message: `A ${found.what} outside protocol/: import it from there.`,
        });
      }
    }
  },
};

function isModuleName(node) {
  return /^(?:Import|Export|TSImport|TSExternalModule)/.test(node.parent.type);
}

function textOf(node) {
  if (node.regex) return node.regex.pattern.replaceAll("\\/", "/");
  return typeof node.value === "string" ? node.value : "";
}
