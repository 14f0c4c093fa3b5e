#!/usr/bin/env node
import { createContext } from './context.ts';
import { run } from './program.ts';

const context = createContext(process);
void run(process.argv.slice(2), context).then((code) => {
  // Not exit(): what is still to be written to a pipe would be lost.
  process.exitCode = code;
});
