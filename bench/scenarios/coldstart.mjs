import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { bundleOf } from "../bundles.mjs";
import { firstAnswerTo, initializeCall } from "../calls.mjs";
import { startCollector } from "../collector.mjs";
import { nodeVersions } from "../node-versions.mjs";
import { startPeer } from "../peer.mjs";
import { inRounds, tableOf } from "../rounds.mjs";
import { serversOf } from "../servers.mjs";

export const about =
  "From the start of the process to the answer of `/initialize`, which @fcrt/trace traces and exports. Bundled: one minified file of esbuild's. With the compile cache: `NODE_COMPILE_CACHE` is set, and a process that exited orderly has filled it.";

const servers = serversOf(
  "node:http, silent",
  "node:http, console.log",
  "core",
  "core + logger",
  "core + trace",
  "core + logger + trace",
  "fastify + pino",
  "express + pino-http",
  "hono + node-server",
  "functions-framework",
);
const control = fileURLToPath(new URL("../control.mjs", import.meta.url));
const cacheFolder = fileURLToPath(new URL("../.cache/compiled/", import.meta.url));

export async function measure(size) {
  const collector = await startCollector();
  try {
    return await startsWith(collector, size === "quick");
  } finally {
    await collector.stop();
  }
}

async function startsWith(collector, quick) {
  const rounds = quick ? 3 : 40;
  const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const plain = servers.map((server) => ({ ...server, form: "from node_modules" }));
  const contenders = quick ? plain : [...plain, ...(await bundled())];
  const tables = [];
  for (const node of quick ? nodeVersions.slice(0, 1) : nodeVersions) {
    for (const form of new Set(contenders.map((server) => server.form))) {
      const formed = contenders.filter((server) => server.form === form);
      const title = `${node.name}, ${form}`;
      tables.push(await startsOf(title, formed, node, rounds, environment));
      if (!node.caches) continue;
      const cached = { ...environment, NODE_COMPILE_CACHE: cacheFolder };
      await fillCache(formed, node, cached);
      tables.push(await startsOf(`${title}, compile cache`, formed, node, rounds, cached));
    }
  }
  return tables;
}

async function bundled() {
  const able = servers.filter(({ bundles = true }) => bundles);
  return Promise.all(
    able.map(async (server) => ({ ...server, form: "bundled", ...(await bundleOf(server)) })),
  );
}

async function startsOf(title, contenders, node, rounds, environment) {
  const results = await inRounds(`coldstart: ${title}`, contenders, rounds, (server) =>
    startOf(server, { node: node.path, file: server.file, environment }),
  );
  return tableOf(title, "ms", results, (time) => time);
}

async function startOf(server, options) {
  const peer = await startPeer(server, options);
  try {
    const { status } = await firstAnswerTo(peer.port, initializeCall);
    const time = performance.now() - peer.started;
    if (status === 200) return time;
    throw new Error(`Expected an answer with status 200, got ${status}`);
  } finally {
    await peer.stop();
  }
}

// The cache is written at an exit.
async function fillCache(contenders, node, environment) {
  rmSync(cacheFolder, { recursive: true, force: true });
  const flags = ["--import", control];
  for (const server of contenders) {
    const options = { node: node.path, file: server.file, flags, environment };
    const peer = await startPeer(server, options);
    await firstAnswerTo(peer.port, initializeCall);
    peer.tell("exit");
    await peer.ended();
  }
}
