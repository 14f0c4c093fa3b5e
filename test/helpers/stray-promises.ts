// Loaded by scripts/test.mjs before every test file: a rejection that nobody handles, or an error that nobody catches,
// ends a service, so it fails the file in which it happened, also between two tests, where the runner only warns of it.
const strays: unknown[] = [];

function keep(error: unknown): void {
  strays.push(error);
}

process.on('unhandledRejection', keep);
process.on('uncaughtException', keep);
process.once('exit', () => {
  if (strays.length === 0) return;
  for (const error of strays) process.stderr.write(`Nobody handled: ${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
