import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** How the callbacks of a run are signed: each peer takes its own scheme, over one and the same kind of body. */
export type Scheme = 'standard' | 'github' | 'stripe' | 'line' | 'slack';

/** The secret of every scheme; `whsec_` and this in base64 for Standard Webhooks. */
export const secretBytes: Buffer = createHash('sha256').update('bench').digest();
export const secretText: string = secretBytes.toString('base64');
export const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
export const asset = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';

/** Whole requests, head and body, each with a transfer of its own; about 1.2 KB of body. `from`: the number of the first. */
export function makeRequests(scheme: Scheme, count: number, path: string, from = 0): Buffer[] {
  const note = 'n'.repeat(560);
  return Array.from({ length: count }, (_, offset) => {
    const index = from + offset;
    const body = Buffer.from(scheme === 'slack' ? slackEvent(index, note) : callback(index, note));
    const headers = {
      host: '127.0.0.1',
      'content-type': 'application/json',
      'content-length': String(body.length),
      ...sign(scheme, body, index),
    };
    const head = Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
    return Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\n${head}\r\n`), body]);
  });
}

function callback(index: number, note: string): string {
  const hash = `0x${randomBytes(32).toString('hex')}`;
  return JSON.stringify({
    type: 'deposit.confirmed',
    timestamp: '2026-01-01T00:00:00Z',
    data: {
      network: 'eip155:1',
      asset,
      symbol: 'USDT',
      decimals: 6,
      amount: String(1_000_000 + index),
      from: '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
      to: address,
      memo: null,
      status: 'success',
      confirmations: 64,
      transaction: {
        hash,
        position: 'log:3',
        block: { number: '21000000', hash: `0x${randomBytes(32).toString('hex')}` },
      },
      note,
    },
  });
}

/** Bolt answers only what it knows: the same weight in its own envelope. */
function slackEvent(index: number, note: string): string {
  const event = {
    type: 'app_mention',
    user: 'U1',
    text: callback(index, note),
    ts: String(index),
    channel: 'C1',
    event_ts: String(index),
  };
  return JSON.stringify({
    type: 'event_callback',
    token: 't',
    team_id: 'T1',
    api_app_id: 'A1',
    event,
    event_id: `Ev${index}`,
    event_time: index,
  });
}

function sign(scheme: Scheme, body: Buffer, index: number): Record<string, string> {
  const now = String(Math.floor(Date.now() / 1_000));
  const id = `msg_${index.toString().padStart(8, '0')}`;
  switch (scheme) {
    case 'standard': {
      const mac = createHmac('sha256', secretBytes).update(`${id}.${now}.`).update(body).digest('base64');
      return { 'webhook-id': id, 'webhook-timestamp': now, 'webhook-signature': `v1,${mac}` };
    }
    case 'github': {
      const mac = createHmac('sha256', secretText).update(body).digest('hex');
      return { 'x-github-delivery': id, 'x-github-event': 'push', 'x-hub-signature-256': `sha256=${mac}` };
    }
    case 'stripe':
      return {
        'stripe-signature': `t=${now},v1=${createHmac('sha256', secretText).update(`${now}.`).update(body).digest('hex')}`,
      };
    case 'line':
      return { 'x-line-signature': createHmac('sha256', secretText).update(body).digest('base64') };
    case 'slack': {
      const mac = createHmac('sha256', secretText).update(`v0:${now}:`).update(body).digest('hex');
      return { 'x-slack-request-timestamp': now, 'x-slack-signature': `v0=${mac}` };
    }
  }
}

/** The check of Standard Webhooks that everybody writes by hand: one signature, in constant time. */
export function isGenuine(req: { get(name: string): string | undefined; body: Buffer }, key: Buffer): boolean {
  const id = req.get('webhook-id') ?? '';
  const timestamp = req.get('webhook-timestamp') ?? '';
  const [, sent = ''] = (req.get('webhook-signature') ?? '').split(',');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(req.body).digest();
  const given = Buffer.from(sent, 'base64');
  return given.length === expected.length && timingSafeEqual(given, expected);
}
