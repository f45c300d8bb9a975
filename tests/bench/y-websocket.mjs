// The relay of `@y/websocket-server`, with LevelDB in the folder that is the only argument.
// What the library says about its folder must not come before the address.

import { createServer } from "node:http";
import { WebSocketServer } from "ws";
import { listen } from "./listen.mjs";

process.env.YPERSISTENCE = process.argv[2];
console.info = () => {};
const { setupWSConnection } = await import("@y/websocket-server/utils");

const server = createServer();
new WebSocketServer({ server }).on("connection", setupWSConnection);
listen(server);
