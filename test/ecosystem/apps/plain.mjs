import { createServer } from "node:http";
import { listener } from "./plain-routes.cjs";

const server = createServer(listener);
server.listen(process.env.FC_SERVER_PORT || 9000, () => console.log("listening"));
