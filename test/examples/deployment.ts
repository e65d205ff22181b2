import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import { afterAll } from "vitest";
import { folderOf, outputOf } from "./folder.ts";

/** What Serverless Devs reads in a file of an example. */
export interface Deployment {
  readonly resources: Readonly<Record<string, { readonly props: FunctionProperties }>>;
}

/** What the component `fc3` is told about where a function runs; the schema knows the rest. */
export interface FunctionProperties {
  readonly runtime: string;
  readonly code?: string;
  readonly layers?: readonly string[];
  readonly customRuntimeConfig?: { readonly command: readonly string[] };
  readonly customContainerConfig?: object;
  readonly environmentVariables?: Readonly<Record<string, string>>;
}

const require = createRequire(import.meta.url);
const tool = join(dirname(require.resolve("@serverless-devs/s/package.json")), "bin", "s");

const quietHome = makeQuietHome();
afterAll(() => rmSync(quietHome, { recursive: true }));

const deployments = new Map<string, Promise<Deployment>>();

/** Reads `s.yaml` or `s.container.yaml` with the tool itself, once: its parser puts the variables in. */
export function deploymentOf(example: string, file: string): Promise<Deployment> {
  const key = join(folderOf(example), file);
  const known = deployments.get(key);
  const deployment = known ?? read(example, file);
  if (!known) deployments.set(key, deployment);
  return deployment;
}

/** The one function that a file deploys. */
export async function functionOf(example: string, file: string): Promise<FunctionProperties> {
  const [resource] = Object.values((await deploymentOf(example, file)).resources);
  if (!resource) throw new Error(`Expected a function in ${file} of ${example}`);
  return resource.props;
}

const schema = new URL("s.schema.json", import.meta.url);
const validate = new Ajv({ allErrors: true }).compile(
  JSON.parse(readFileSync(schema, "utf8")) as object,
);

/** What the schema says against a deployment. */
export function mistakesIn(deployment: Deployment): string[] {
  validate(deployment);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

async function read(example: string, file: string): Promise<Deployment> {
  const { stdout, stderr } = await outputOf(
    [process.execPath, tool, "preview", "--output", "json", "--template", file],
    {
      cwd: folderOf(example),
      env: { IMAGE: "image:1", serverless_devs_config_home: quietHome },
    },
  );
  const start = stdout.indexOf("{\n");
  if (start === -1) throw new Error(`Expected JSON from \`s preview\`, got ${stdout}${stderr}`);
  return JSON.parse(stdout.slice(start)) as Deployment;
}

// A configuration with which the tool reports nothing to its makers and asks nobody for a newer version.
function makeQuietHome(): string {
  const folder = mkdtempSync(join(tmpdir(), "fcrt-serverless-devs-"));
  mkdirSync(join(folder, ".s", "config"), { recursive: true });
  writeFileSync(join(folder, ".s", "set-config.yml"), "analysis: disable\n");
  writeFileSync(
    join(folder, ".s", "config", "update-notifier.json"),
    JSON.stringify({ lastUpdateCheck: Date.now() }),
  );
  return folder;
}
