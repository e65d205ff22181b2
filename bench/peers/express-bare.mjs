import { createServer } from "node:http";
import { expressApp } from "../apps/express.mjs";

createServer(expressApp()).listen(process.env.FC_SERVER_PORT, "0.0.0.0");
