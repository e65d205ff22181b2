"use strict";
// The same application for both lines of Express.
const { join } = require("node:path");
const { Readable, pipeline } = require("node:stream");
const multer = require("multer");
const { events, rows } = require("./content.cjs");

exports.createApplication = (express) => {
  const app = express();
  const upload = multer({ storage: multer.memoryStorage() });

  app.use((request, _response, next) => {
    console.log(`${request.method} ${request.url}`);
    next();
  });
  app.use(express.static(join(__dirname, "public")));
  app.get("/", (_request, response) => {
    response.cookie("visit", "1").cookie("shop", "2").json({ hello: "world" });
  });
  app.post("/orders", express.json(), (request, response) => {
    response.status(201).json({ id: 7, ...request.body });
  });
  app.post("/upload", upload.single("file"), (request, response) => {
    response.json({ name: request.file.originalname, size: request.file.size });
  });
  app.get("/report", (_request, response, next) => {
    response.type("text/csv");
    pipeline(Readable.from(rows()), response, (error) => error && next(error));
  });
  app.get("/events", (_request, response, next) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    pipeline(Readable.from(events()), response, (error) => error && next(error));
  });
  app.get("/fail", () => {
    throw new Error("no database");
  });
  return app;
};
