"use strict";
// Decorators are plain functions: no compiler is needed to apply them.
require("reflect-metadata");
const { createReadStream } = require("node:fs");
const { join } = require("node:path");
const { Readable } = require("node:stream");
const { Bootstrap } = require("@midwayjs/bootstrap");
const { App, Configuration, Controller, Get, Inject, Post } = require("@midwayjs/core");
const koa = require("@midwayjs/koa");
const { events, rows } = require("./content.cjs");

class ShopController {
  async hello() {
    this.ctx.set("set-cookie", ["visit=1", "shop=2"]);
    return { hello: "world" };
  }

  async order() {
    this.ctx.status = 201;
    return { id: 7, ...this.ctx.request.body };
  }

  async upload() {
    let size = 0;
    for await (const chunk of this.ctx.req) size += chunk.length;
    return { size };
  }

  async report() {
    this.ctx.type = "text/csv";
    return Readable.from(rows());
  }

  async events() {
    this.ctx.set({ "content-type": "text/event-stream", "cache-control": "no-store" });
    return Readable.from(events());
  }

  async file() {
    this.ctx.type = "text/plain";
    return createReadStream(join(__dirname, "public", "static", "hello.txt"));
  }

  async fail() {
    throw new Error("no database");
  }
}

class ShopConfiguration {
  async onReady() {
    this.app.useMiddleware(async (context, next) => {
      console.log(`${context.method} ${context.url}`);
      return next();
    });
  }
}

decorate("hello", Get("/"));
decorate("order", Post("/orders"));
decorate("upload", Post("/upload"));
decorate("report", Get("/report"));
decorate("events", Get("/events"));
decorate("file", Get("/static/hello.txt"));
decorate("fail", Get("/fail"));
Inject("ctx")(ShopController.prototype, "ctx");
Controller("/")(ShopController);
App("koa")(ShopConfiguration.prototype, "app");
Configuration({ imports: [koa] })(ShopConfiguration);

void Bootstrap.configure({
  appDir: __dirname,
  baseDir: __dirname,
  moduleLoadType: "commonjs",
  imports: [{ Configuration: ShopConfiguration }, { ShopController }],
  globalConfig: {
    keys: "k",
    koa: { port: Number(process.env.FC_SERVER_PORT || 9000) },
    // The code's folder of a function cannot be written to.
    midwayLogger: { default: { transports: { console: {}, file: false, error: false } } },
  },
})
  .run()
  .then(() => console.log("listening"));

function decorate(name, methodDecorator) {
  const { prototype } = ShopController;
  methodDecorator(prototype, name, Object.getOwnPropertyDescriptor(prototype, name));
}
