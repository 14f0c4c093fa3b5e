import type { Cursor } from './cursor.ts';

/** A cursor as JSON, without its id and version, which stand beside it. */
export function cursorToJson({ id: _id, version: _version, ...cursor }: Cursor): string {
  const { block, target } = cursor;
  return JSON.stringify({ ...cursor, block: { ...block, number: `${block.number}` }, target: `${target}` });
}

export function cursorFromJson(id: string, version: number, json: string): Cursor {
  const { block, target, ...cursor } = JSON.parse(json);
  return { id, version, ...cursor, block: { ...block, number: BigInt(block.number) }, target: BigInt(target) };
}
