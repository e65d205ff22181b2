import { createServer } from "node:http";
import { adopt } from "@fcrt/core";
import { fastifyApp } from "../apps/fastify.mjs";

createServer(adopt(await fastifyApp())).listen(process.env.FC_SERVER_PORT, "0.0.0.0");
