import { createServer } from "node:http";
import { adopt } from "@fcrt/core";
import { logger } from "@fcrt/logger";
import { expressApp } from "../apps/express.mjs";

const app = expressApp((text) => logger.info(text));
createServer(adopt(app)).listen(process.env.FC_SERVER_PORT, "0.0.0.0");
