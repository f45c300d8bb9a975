// The relay that automerge-repo's own packages make: WebSocket adapter, files in the folder that is the only argument, and nothing
// announced to those who have not asked.

import { createServer } from "node:http";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketServerAdapter } from "@automerge/automerge-repo-network-websocket";
import { NodeFSStorageAdapter } from "@automerge/automerge-repo-storage-nodefs";
import { WebSocketServer } from "ws";
import { listen } from "./listen.mjs";

const server = createServer();
const sockets = new WebSocketServer({ server });
new Repo({
  network: [new WebSocketServerAdapter(sockets)],
  storage: new NodeFSStorageAdapter(process.argv[2]),
  sharePolicy: async () => false,
});
listen(server);
