/** Listens on a free port of this machine and prints the address. */
export function listen(server) {
  server.listen(0, "127.0.0.1", () => announce(server.address().port));
}

/** Prints the address, as the first line of output. */
export function announce(port) {
  console.log(`http://127.0.0.1:${port}`);
}
