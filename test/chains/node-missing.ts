/** A node that a test or a demo starts is not installed. The message says how to install it. */
export class NodeMissing extends Error {
  override readonly name = 'NodeMissing';
}
