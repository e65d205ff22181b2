import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import multipart from "@fastify/multipart";
import serveStatic from "@fastify/static";
import fastify from "fastify";
import { events, rows } from "./content.cjs";

const app = fastify({ bodyLimit: 32 * 1024 * 1024, logger: true });

await app.register(multipart);
await app.register(serveStatic, {
  root: fileURLToPath(new URL("public", import.meta.url)),
});
app.get("/", async (_request, reply) => {
  reply.header("set-cookie", ["visit=1", "shop=2"]);
  return { hello: "world" };
});
app.post("/orders", async (request, reply) => {
  return reply.code(201).send({ id: 7, ...request.body });
});
app.post("/upload", async (request) => {
  const file = await request.file();
  const { length } = await file.toBuffer();
  return { name: file.filename, size: length };
});
app.get("/report", (_request, reply) => reply.type("text/csv").send(Readable.from(rows())));
app.get("/events", (_request, reply) =>
  reply.header("cache-control", "no-store").type("text/event-stream").send(Readable.from(events())),
);
app.get("/fail", async () => {
  throw new Error("no database");
});

await app.listen({ port: Number(process.env.FC_SERVER_PORT || 9000), host: "0.0.0.0" });
console.log("listening");
