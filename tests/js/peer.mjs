// A stock automerge-repo client, told what to do line by line. Its only argument is the address of the relay's socket.

import { Repo, decodeHeads, splice } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import { answerWith } from "./answers.mjs";

const RETRY_EVERY = 200;

const adapter = new WebSocketClientAdapter(process.argv[2], RETRY_EVERY);
const repo = new Repo({ network: [adapter] });
const handles = new Map();
const heard = new Map();

/** Keeps a document and what is said about it. */
function hold(handle) {
  const id = handle.documentId;
  if (!handles.has(id)) {
    handles.set(id, handle);
    heard.set(id, []);
    handle.on("ephemeral-message", ({ message }) => heard.get(id).push(message));
  }
  return id;
}

function held(id) {
  const handle = handles.get(id);
  if (!handle) throw new Error(`the document ${id} has neither been created nor found here`);
  return handle;
}

answerWith({
  /** Creates a document from a plain value and returns its id. */
  create: async ({ value }) => hold(await repo.create2(value)),
  /** Asks the relay for a document; fails when it has none. */
  find: async ({ document }) => hold(await repo.find(document)),
  /** Edits a text at a position counted in UTF-16 units. */
  splice: ({ document, path, at, delete: length, insert }) =>
    held(document).change((doc) => splice(doc, path, at, length, insert)),
  /** Sets a value under a key of the root. */
  put: ({ document, key, value }) => held(document).change((doc) => { doc[key] = value; }),
  /** The whole document as a plain value, and its heads in hexadecimal. */
  read: ({ document }) => {
    const handle = held(document);
    return { value: handle.doc(), heads: decodeHeads(handle.heads()).sort() };
  },
  /** Says something that nobody keeps. */
  say: ({ document, message }) => held(document).broadcast(message),
  /** All that was said about a document, oldest first. */
  heard: ({ document }) => heard.get(document) ?? [],
});
