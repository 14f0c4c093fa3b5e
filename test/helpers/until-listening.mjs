// Loaded ahead of an example: its server takes a free port, and the process ends well once it listens.
import { Server } from 'node:net';

setTimeout(() => {
  console.error('It neither ended nor listened within 20 s.');
  process.exit(1);
}, 20_000).unref();

const listen = Server.prototype.listen;

Server.prototype.listen = /** @type {typeof listen} */ (
  /** @this {Server} @param {unknown[]} args */
  function (...args) {
    this.once('listening', () => setImmediate(() => process.exit(0)));
    return Reflect.apply(listen, this, [0, ...args.filter((arg) => typeof arg === 'function')]);
  }
);
