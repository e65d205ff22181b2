import { createServer } from "node:http";
import { adopt } from "@fcrt/core";
import { expressApp } from "../apps/express.mjs";

createServer(adopt(expressApp())).listen(process.env.FC_SERVER_PORT, "0.0.0.0");
