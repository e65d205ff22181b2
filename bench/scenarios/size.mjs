import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleOf } from "../bundles.mjs";
import { inRounds, tableOf } from "../rounds.mjs";
import { serversOf } from "../servers.mjs";

export const about =
  "Installed: all files of the packages and of what they depend on, peer dependencies that are not optional among them, each version once. Bundled: the server of `http` in one minified file of esbuild's.";

const here = dirname(fileURLToPath(new URL(".", import.meta.url)));
const installs = [
  { name: "@fcrt/core", packages: ["@fcrt/core"], ours: true },
  { name: "@fcrt/logger", packages: ["@fcrt/logger"], ours: true },
  { name: "@fcrt/trace", packages: ["@fcrt/trace"], ours: true },
  { name: "all three", packages: ["@fcrt/core", "@fcrt/logger", "@fcrt/trace"], ours: true },
  { name: "pino", packages: ["pino"] },
  { name: "winston", packages: ["winston"] },
  { name: "Powertools Logger", packages: ["@aws-lambda-powertools/logger"] },
  { name: "fastify + pino", packages: ["fastify", "pino"] },
  { name: "express + pino-http", packages: ["express", "pino-http", "pino"] },
  { name: "hono + node-server", packages: ["hono", "@hono/node-server"] },
  { name: "functions-framework", packages: ["@google-cloud/functions-framework"] },
  {
    name: "OpenTelemetry http + batch",
    packages: [
      "@opentelemetry/api",
      "@opentelemetry/context-async-hooks",
      "@opentelemetry/exporter-trace-otlp-proto",
      "@opentelemetry/instrumentation-http",
      "@opentelemetry/sdk-trace-base",
    ],
  },
];
const bundles = serversOf(
  "node:http, console.log",
  "core",
  "core + logger",
  "core + trace",
  "core + logger + trace",
  "fastify + pino",
  "express + pino-http",
  "hono + node-server",
);
const kilobyte = 1024;

export async function measure() {
  const installed = await inRounds("size: installed", installs, 1, ({ packages }) =>
    installedOf(packages),
  );
  const bundled = await inRounds("size: bundled", bundles, 1, bundleOf);
  return [
    tableOf("Installed", "KB", installed, ({ bytes }) => bytes / kilobyte),
    tableOf("Packages installed", "packages", installed, ({ packages }) => packages),
    tableOf("Bundled", "KB", bundled, ({ bytes }) => bytes / kilobyte),
  ];
}

function installedOf(names) {
  const folders = new Set();
  for (const name of names) collect(join(here, "node_modules", name), folders);
  const sizes = [...folders].map((folder) => publishedBytes(folder));
  return { packages: folders.size, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

// The package at this path and all that it asks for, by where it really is.
function collect(path, folders) {
  const folder = realpathSync(path);
  if (folders.has(folder)) return;
  folders.add(folder);
  const { dependencies, peerDependencies, peerDependenciesMeta } = manifestOf(folder);
  const optional = (name) => peerDependenciesMeta?.[name]?.optional;
  const peers = Object.keys(peerDependencies ?? {}).filter((name) => !optional(name));
  for (const name of [...Object.keys(dependencies ?? {}), ...peers]) {
    collect(installedFrom(folder, name), folders);
  }
}

// Where Node looks for it: in a `node_modules` of the package or above it.
function installedFrom(folder, name) {
  const path = join(folder, "node_modules", name);
  if (existsSync(path)) return path;
  if (dirname(folder) === folder) throw new Error(`Expected \`${name}\` to be installed`);
  return installedFrom(dirname(folder), name);
}

// Of a package of the workspace, only what is published.
function publishedBytes(folder) {
  const published = ["package.json", "README.md", "LICENSE", ...(manifestOf(folder).files ?? [])];
  const isInstalled = folder.includes("/node_modules/");
  const names = isInstalled ? readdirSync(folder) : published;
  return names
    .filter((name) => name !== "node_modules")
    .reduce((sum, name) => sum + bytesOf(join(folder, name)), 0);
}

function bytesOf(path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return 0;
  if (stats.isFile()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
