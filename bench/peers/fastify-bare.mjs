import { createServer } from "node:http";
import { fastifyApp } from "../apps/fastify.mjs";

createServer(await fastifyApp()).listen(process.env.FC_SERVER_PORT, "0.0.0.0");
