import { invalidOption } from '../../errors.ts';
import type { PostgresPool } from './client.ts';

/** Throws `OPTION_INVALID`; `within` is the option that these belong to, or ''. */
export function checkPostgresOptions(
  within: string,
  options: { schema?: string; pool?: PostgresPool; url?: string },
): void {
  const option = (name: string): string => (within === '' ? name : `${within}.${name}`);
  const { schema = 'any', ...given } = options;
  if ((given.pool === undefined) === (given.url === undefined))
    throw invalidOption(option('pool'), 'set either pool or url');
  if (typeof schema !== 'string' || schema === '' || schema.includes('\0') || Buffer.byteLength(schema) > 63)
    throw invalidOption(option('schema'), 'must be the name of a database schema, 1 to 63 bytes');
  const max = given.pool?.options?.max;
  if (max !== undefined && max < 4)
    throw invalidOption(
      option('pool'),
      `its max is ${max}, but must be at least 4: one client records, one listens, the rest deliver`,
    );
}
