"use strict";
const { createServer } = require("node:http");
const { listener } = require("./plain-routes.cjs");

const server = createServer(listener);
server.listen(process.env.FC_SERVER_PORT || 9000, () => console.log("listening"));
