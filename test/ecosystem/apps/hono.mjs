import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { setCookie } from "hono/cookie";
import { logger } from "hono/logger";
import { stream, streamSSE } from "hono/streaming";
import { rows } from "./content.cjs";

const publicFolder = fileURLToPath(new URL("public", import.meta.url));
const app = new Hono();

app.use(logger());
app.use("/static/*", serveStatic({ root: publicFolder }));
app.get("/", (context) => {
  setCookie(context, "visit", "1");
  setCookie(context, "shop", "2");
  return context.json({ hello: "world" });
});
app.post("/orders", async (context) => {
  const order = await context.req.json();
  return context.json({ id: 7, ...order }, 201);
});
app.post("/upload", async (context) => {
  const { file } = await context.req.parseBody();
  return context.json({ name: file.name, size: file.size });
});
app.get("/report", (context) =>
  stream(context, async (output) => {
    for await (const row of rows()) await output.write(row);
  }),
);
app.get("/events", (context) =>
  streamSSE(context, async (output) => {
    for (let id = 1; id <= 3; id++) {
      await pause(20);
      await output.writeSSE({ id: String(id), data: `tick ${id}` });
    }
  }),
);
app.get("/fail", () => {
  throw new Error("no database");
});

serve({ fetch: app.fetch, port: Number(process.env.FC_SERVER_PORT || 9000) }, () =>
  console.log("listening"),
);
