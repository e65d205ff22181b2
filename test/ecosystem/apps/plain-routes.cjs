"use strict";
// The same application as CommonJS and as an ES module.
const { createReadStream } = require("node:fs");
const { join } = require("node:path");
const { Readable } = require("node:stream");
const { buffer, json } = require("node:stream/consumers");
const { pipeline } = require("node:stream/promises");
const { events, rows } = require("./content.cjs");

const routes = {
  "GET /": (_request, response) => {
    response.setHeader("set-cookie", ["visit=1", "shop=2"]);
    answer(response, 200, { hello: "world" });
  },
  "POST /orders": async (request, response) => {
    answer(response, 201, { id: 7, ...(await json(request)) });
  },
  "POST /upload": async (request, response) => {
    const { length } = await buffer(request);
    answer(response, 200, { size: length });
  },
  "GET /report": async (_request, response) => {
    response.writeHead(200, { "content-type": "text/csv" });
    await pipeline(Readable.from(rows()), response);
  },
  "GET /events": async (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    await pipeline(Readable.from(events()), response);
  },
  "GET /static/hello.txt": async (_request, response) => {
    response.setHeader("content-type", "text/plain");
    await pipeline(createReadStream(join(__dirname, "public", "static", "hello.txt")), response);
  },
  "GET /fail": () => {
    throw new Error("no database");
  },
};

exports.listener = async (request, response) => {
  console.log(`${request.method} ${request.url}`);
  const method = request.method === "HEAD" ? "GET" : request.method;
  const [path] = request.url.split("?");
  const route = routes[`${method} ${path}`];
  if (!route) return answer(response, 404, { error: "no such path" });
  try {
    await route(request, response);
  } catch (error) {
    console.error(error);
    if (response.headersSent) response.destroy();
    else answer(response, 500, { error: "it failed" });
  }
};

function answer(response, statusCode, body) {
  response.writeHead(statusCode, { "content-type": "application/json" }).end(JSON.stringify(body));
}
