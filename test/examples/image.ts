import { cp, mkdtemp, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DockerfileParser } from "dockerfile-ast";
import { validate } from "dockerfile-utils";
import { fileOf, folderOf } from "./folder.ts";

/** What the Dockerfile of an example makes. */
export interface Image {
  /** What the linter says against the Dockerfile. */
  readonly mistakes: readonly string[];
  /** The images that it stands on. */
  readonly bases: readonly string[];
  readonly user: string | undefined;
  /** The start command, empty when it needs a shell. */
  readonly command: readonly string[];
}

/** Reads the Dockerfile of an example. */
export function imageOf(example: string): Image {
  const text = fileOf(example, "Dockerfile");
  const dockerfile = DockerfileParser.parse(text);
  const user = dockerfile.getInstructions().findLast((one) => one.getKeyword() === "USER");
  const command = dockerfile.getCMDs().at(-1)?.getJSONStrings() ?? [];
  return {
    mistakes: validate(text).map((diagnostic) => JSON.stringify(diagnostic)),
    bases: dockerfile.getFROMs().map((from) => from.getImage() ?? ""),
    user: user?.getArgumentsContent() ?? undefined,
    command: command.map((part) => JSON.parse(part.getValue()) as string),
  };
}

/**
 * Puts into a new folder what the image has in `/code`: what its last stage copies, the dependencies linked.
 * Beside it is `bootstrap`, which starts what the image starts.
 * What an earlier stage builds is taken from the example's folder, where it has been built.
 */
export async function layOut(example: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `fcrt-${example}-`));
  for (const { sources, target } of copiesOf(example)) {
    for (const source of sources.filter((name) => basename(name) !== "node_modules")) {
      const from = join(folderOf(example), source);
      const isFolder = (await stat(from)).isDirectory();
      await cp(from, join(folder, target, isFolder ? "" : basename(source)), { recursive: true });
    }
  }
  await symlink(join(folderOf(example), "node_modules"), join(folder, "node_modules"));
  await cp(join(folderOf(example), "bootstrap"), join(folder, "bootstrap"));
  return folder;
}

function copiesOf(example: string): { readonly sources: string[]; readonly target: string }[] {
  const dockerfile = DockerfileParser.parse(fileOf(example, "Dockerfile"));
  const lastStage = dockerfile.getFROMs().at(-1)?.getRange().start.line ?? 0;
  return dockerfile
    .getCOPYs()
    .filter((copy) => copy.getRange().start.line > lastStage)
    .map((copy) => {
      const paths = copy.getArguments().map((argument) => argument.getValue());
      const target = paths.pop() ?? "";
      return { sources: paths.map((path) => path.replace(/^\/code\//, "")), target };
    });
}
