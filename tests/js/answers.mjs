// A conversation over standard input and output: one line of JSON each way, several requests under way at once.

import { createInterface } from "node:readline";

/** Answers `{id, do, …}` with `{id, ok}` or `{id, error}`. Runs `end` when there is nobody left to ask. */
export function answerWith(handlers, end = async () => {}) {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", async (line) => {
    const { id, do: what, ...details } = JSON.parse(line);
    try {
      const handler = handlers[what];
      if (!handler) throw new Error(`nobody knows how to ${what}`);
      const ok = (await handler(details)) ?? null;
      say({ id, ok });
    } catch (error) {
      say({ id, error: error?.message ?? String(error) });
    }
  });
  lines.on("close", async () => {
    await end();
    process.exit(0);
  });
}

function say(answer) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
