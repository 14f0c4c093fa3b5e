import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { alice, callbackBody, secret, signed } from '../helpers/deposits.ts';
import { forgetPacked, recipeProject } from '../helpers/recipe-project.ts';

after(forgetPacked);

/** A request as API Gateway (HTTP API, payload 2.0) hands it to a function. */
function gatewayEvent(amount: string): object {
  const { headers, body } = signed(callbackBody({ amount }), { now: Date.now() });
  const path = '/callbacks/imtoken';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: {
      ...headers,
      'content-length': String(Buffer.byteLength(body)),
      host: 'example.execute-api.us-east-1.amazonaws.com',
      'x-forwarded-for': '192.0.2.1',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'wallet' },
      stage: '$default',
    },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
}

// As Lambda does: one call after another of the same loaded module; what is printed last are the statuses.
const lambda = `
import { readFileSync } from 'node:fs';
const { handler } = await import('./' + process.argv[2]);
const statuses = [];
for (const event of JSON.parse(readFileSync('events.json', 'utf8'))) {
  const { statusCode, body } = await handler(event, { awsRequestId: 'a', getRemainingTimeInMillis: () => 10000 });
  statuses.push(statusCode + (statusCode < 300 ? '' : ' ' + body));
}
const { callbacks } = await import('./app.mjs');
const closing = performance.now();
await callbacks.close(5000);
console.log(JSON.stringify({ statuses, closedSoon: performance.now() - closing < 4000 }));
`;

for (const adapter of ['serverless-http', 'serverless-express']) {
  test(`through ${adapter} callbacks are credited once each, and nothing hangs at the close`, async (t) => {
    const { folder } = await recipeProject(t, 'serverless');
    const first = gatewayEvent('1500000');
    await writeFile(join(folder, 'events.json'), JSON.stringify([first, first, gatewayEvent('7')]));
    await writeFile(join(folder, 'lambda.mjs'), lambda);
    const printed = execFileSync(process.execPath, ['lambda.mjs', `${adapter}.mjs`], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_TEST_CONTEXT: '', CALLBACK_SECRET: secret, DEPOSIT_ADDRESS: alice },
    });
    const lines = printed.trim().split('\n');
    assert.deepEqual(JSON.parse(lines.at(-1) ?? ''), { statuses: ['200', '200', '200'], closedSoon: true });
    assert.deepEqual(lines.slice(0, -1), ['credited 1500000', 'credited 7']);
  });
}
