// Hocuspocus with its database extension, which writes each document to a file in the folder that is the only argument.

import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Database } from "@hocuspocus/extension-database";
import { Server } from "@hocuspocus/server";
import { announce } from "./listen.mjs";

/** The phones of the benchmark have no cursors to tell of, which is what keeps other clients from being taken for gone. */
const SILENCE = 600_000;

const file = (name) => join(process.argv[2], encodeURIComponent(name));
const database = new Database({
  fetch: async ({ documentName }) => {
    try {
      return await readFile(file(documentName));
    } catch (error) {
      if (error.code === "ENOENT") return null;
      throw error;
    }
  },
  store: async ({ documentName, state }) => {
    const path = file(documentName);
    await writeFile(`${path}.new`, state);
    await rename(`${path}.new`, path);
  },
});
const server = new Server({
  address: "127.0.0.1",
  port: 0,
  quiet: true,
  stopOnSignals: false,
  timeout: SILENCE,
  extensions: [database],
});
await server.listen();
announce(server.address.port);
