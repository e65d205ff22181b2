"use strict";
const { join } = require("node:path");
const { PassThrough, Readable } = require("node:stream");
const { pipeline } = require("node:stream/promises");
const Router = require("@koa/router");
const Koa = require("koa");
const bodyParser = require("koa-bodyparser");
const serveStatic = require("koa-static");
const { events, rows } = require("./content.cjs");

const app = new Koa();
const router = new Router();

router.get("/", (context) => {
  context.cookies.set("visit", "1").set("shop", "2");
  context.body = { hello: "world" };
});
router.post("/orders", bodyParser(), (context) => {
  context.status = 201;
  context.body = { id: 7, ...context.request.body };
});
router.post("/upload", async (context) => {
  let size = 0;
  for await (const chunk of context.req) size += chunk.length;
  context.body = { size };
});
router.get("/report", (context) => {
  context.type = "text/csv";
  context.body = Readable.from(rows());
});
router.get("/events", (context) => {
  context.set({ "content-type": "text/event-stream", "cache-control": "no-store" });
  const body = new PassThrough();
  context.body = body;
  pipeline(Readable.from(events()), body).catch((error) => context.onerror(error));
});
router.get("/fail", () => {
  throw new Error("no database");
});

app.use(async (context, next) => {
  console.log(`${context.method} ${context.url}`);
  await next();
});
app.use(router.routes());
app.use(serveStatic(join(__dirname, "public")));
app.listen(process.env.FC_SERVER_PORT || 9000, () => console.log("listening"));
