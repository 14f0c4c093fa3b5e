import type { PostgresPoolClient } from './client.ts';

type Query = PostgresPoolClient['query'];

/**
 * The client's `query`, one at a time: pg 9 refuses a query while another one runs. A query that is answered by a
 * callback or read in parts (a cursor) goes to the client at once, since nothing says when it has ended.
 */
export function queryInTurn(client: PostgresPoolClient): Query {
  let last: Promise<unknown> = Promise.resolve();
  return (...query) => {
    if (!isAnsweredByPromise(query)) return client.query(...query);
    const answer = last.then(() => client.query(...query));
    last = answer.catch(() => {});
    return answer;
  };
}

function isAnsweredByPromise(query: readonly unknown[]): boolean {
  const [first] = query;
  const isReadInParts = typeof first === 'object' && first !== null && 'submit' in first;
  return !isReadInParts && !query.some((one) => typeof one === 'function');
}
