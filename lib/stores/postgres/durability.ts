import { DepositCallbackError } from '../../errors.ts';
import type { PostgresTransaction } from './client.ts';

/** Throws `STORE_NOT_DURABLE` if the server acknowledges a commit that a crash may lose, unless that is accepted. */
export async function assertDurable(client: PostgresTransaction, acceptLoss: boolean): Promise<void> {
  const { rows } = await client.query(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS synchronous_commit,
      current_setting('full_page_writes') AS full_page_writes, current_setting('server_encoding') AS encoding`,
  );
  const { encoding, ...settings } = rows[0] ?? {};
  if (encoding !== 'UTF8') {
    throw new DepositCallbackError(
      'OPTION_INVALID',
      `postgresStore: the database has encoding ${encoding}, which cannot hold every text; create it with ENCODING 'UTF8'`,
    );
  }
  const off = Object.keys(settings).filter((name) => settings[name] === 'off');
  if (off.length > 0 && !acceptLoss) {
    throw new DepositCallbackError(
      'STORE_NOT_DURABLE',
      `postgresStore: ${off.join(' and ')} = off may lose an acknowledged callback; set ${off.map((name) => `${name} = on`).join(', ')} on the server or for this user, or accept it with acceptLoss: true`,
    );
  }
}
