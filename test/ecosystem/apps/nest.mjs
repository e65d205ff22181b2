// Decorators are plain functions: no compiler is needed to apply them.
import "reflect-metadata";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import {
  Body,
  Controller,
  Get,
  Header,
  Logger,
  Module,
  Post,
  Res,
  Sse,
  StreamableFile,
  UploadedFile,
  UseInterceptors,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { FileInterceptor } from "@nestjs/platform-express";
import { from, map } from "rxjs";
import { rows } from "./content.cjs";

class ShopController {
  #logger = new Logger("Shop");

  hello(response) {
    response.cookie("visit", "1").cookie("shop", "2");
    this.#logger.log("hello");
    return { hello: "world" };
  }

  order(order) {
    return { id: 7, ...order };
  }

  upload(file) {
    return { name: file.originalname, size: file.size };
  }

  report() {
    return new StreamableFile(Readable.from(rows(), { objectMode: false }));
  }

  events() {
    return from([1, 2, 3]).pipe(map((id) => ({ id: String(id), data: `tick ${id}` })));
  }

  fail() {
    throw new Error("no database");
  }
}

function ShopModule() {}

decorate("hello", [Get()], [Res({ passthrough: true })]);
decorate("order", [Post("orders")], [Body()]);
decorate("upload", [Post("upload"), UseInterceptors(FileInterceptor("file"))], [UploadedFile()]);
decorate("report", [Get("report"), Header("content-type", "text/csv")]);
decorate("events", [Sse("events")]);
decorate("fail", [Get("fail")]);
Controller()(ShopController);
Module({ controllers: [ShopController] })(ShopModule);

const app = await NestFactory.create(ShopModule);
app.useStaticAssets(fileURLToPath(new URL("public", import.meta.url)));
app.useBodyParser("json", { limit: "32mb" });
app.enableShutdownHooks();
await app.listen(process.env.FC_SERVER_PORT || 9000);
console.log("listening");

function decorate(name, methodDecorators, parameterDecorators = []) {
  const { prototype } = ShopController;
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name);
  parameterDecorators.forEach((apply, index) => apply(prototype, name, index));
  for (const apply of methodDecorators) apply(prototype, name, descriptor);
}
