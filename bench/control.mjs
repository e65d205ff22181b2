// Loaded before a peer's program, by `--import`: answers what only the process itself knows.
process.on("message", (question) => {
  if (question === "exit") process.exit();
  globalThis.gc();
  process.send(process.memoryUsage());
});
process.channel.unref();
