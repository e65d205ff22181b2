import { join } from "node:path";
import ts from "typescript";
import { type Block, root } from "./pages.ts";

/** What the compiler says of a block. */
export interface Verdict {
  readonly block: Block;
  readonly complaints: readonly string[];
  /** Whether it can run as it is: no name is missing. */
  readonly isComplete: boolean;
}

/**
 * Compiles blocks of JavaScript, each a module beside the packages as they are built. A block may use names that it
 * does not have (`charge`, `app`): those are the reader's.
 */
export function checkTypes(blocks: readonly Block[]): Verdict[] {
  const program = programOf(blocks);
  return blocks.map((block, index) => {
    const diagnostics = diagnosticsOf(program, block, fileOf(block, index));
    const wrong = diagnostics.filter(({ code }) => !missingName.has(code));
    return {
      block,
      complaints: wrong.map((diagnostic) => `${block.place}: ${textOf(diagnostic)}`),
      isComplete: diagnostics.length === 0 && !isFragment(block),
    };
  });
}

const missingName = new Set([
  2304, // Cannot find name …
  2552, // …, did you mean …?
  18004, // No value exists in scope for the shorthand property …
]);

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2023,
  module: ts.ModuleKind.NodeNext,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ["node"],
  typeRoots: [join(root, "node_modules/@types")],
  allowJs: true,
  checkJs: true,
  noImplicitAny: false,
  skipLibCheck: true,
  noEmit: true,
  strict: true,
  useUnknownInCatchVariables: false,
};

function programOf(blocks: readonly Block[]): ts.Program {
  const texts = new Map(blocks.map((block, index) => [fileOf(block, index), block.text]));
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (file) => texts.has(file) || fileExists(file);
  host.readFile = (file) => texts.get(file) ?? readFile(file);
  return ts.createProgram([...texts.keys()], options, host);
}

// Beside this file, so that modules are found where those of the tests are.
function fileOf({ language, text }: Block, index: number): string {
  const isCommonJs = /\brequire\(|^exports\./m.test(text);
  const extension = language === "ts" ? "mts" : isCommonJs ? "cjs" : "mjs";
  return join(root, "test/site", `block-${index}.${extension}`);
}

function diagnosticsOf(program: ts.Program, block: Block, file: string): readonly ts.Diagnostic[] {
  const source = program.getSourceFile(file);
  const parsed = program.getSyntacticDiagnostics(source);
  return parsed.length > 0 || isFragment(block) ? parsed : program.getSemanticDiagnostics(source);
}

// Pages of rules show pieces of servers, and what stands in the body of a function: they parse.
function isFragment({ page }: Block): boolean {
  return page.startsWith("docs/rules/");
}

function textOf({ messageText }: ts.Diagnostic): string {
  return ts.flattenDiagnosticMessageText(messageText, "\n");
}
