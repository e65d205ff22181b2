// How long an import takes, in milliseconds, from inside.
const started = performance.now();
await import(process.argv[2]);
process.stdout.write(String(performance.now() - started));
