/** An entry is a table of contents: a reader, and a reviewer of a diff, sees every exported name. */
export const noExportStar = {
  meta: { type: "problem" },
  create(context) {
    return {
      ExportAllDeclaration(node) {
        context.report({ node, message: "Export by name; `export *` hides what becomes public." });
      },
    };
  },
};
