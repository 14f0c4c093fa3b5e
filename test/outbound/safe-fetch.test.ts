import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { isPublicAddress } from '../../lib/outbound/private-ranges.ts';
import { createSafeFetcher, safeFetch } from '../../lib/outbound/safe-fetch.ts';
import { listen, serve } from '../helpers/serve.ts';

const privateAddresses = [
  '127.0.0.1',
  '127.255.255.254',
  '0.0.0.0',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '198.18.0.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:a00:1',
  '::127.0.0.1',
  '::ffff:0:10.0.0.1',
  '64:ff9b::10.0.0.1',
  '2002:a00:1::',
  '2001::1',
  '2001:db8::1',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  'not an address',
  '',
];

describe('a fetch of a URL that somebody else gave us', () => {
  it('tells public addresses from all others', () => {
    for (const address of privateAddresses) assert.equal(isPublicAddress(address), false, address);
    for (const address of [
      '8.8.8.8',
      '203.1.113.7',
      '172.32.0.1',
      '2606:4700::1111',
      '64:ff9b::8.8.8.8',
      '::ffff:8.8.8.8',
    ]) {
      assert.equal(isPublicAddress(address), true, address);
    }
  });

  it('refuses private addresses however they are written, and names that lead to them', async (t) => {
    const port = await serve(t, (_req, res) => res.end('inside'));
    for (const host of [
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '0177.0.0.1',
      '127.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '0',
      'localhost',
    ]) {
      await assert.rejects(
        safeFetch(`https://${host}:${port}/`),
        { code: 'REQUEST_FAILED', message: /not public/ },
        host,
      );
    }
  });

  it('refuses other protocols and URLs with credentials', async () => {
    for (const url of [
      'http://example.com/',
      'ftp://example.com/',
      'file:///etc/passwd',
      'https://user:word@example.com/',
      'nothing',
    ]) {
      await assert.rejects(safeFetch(url), { code: 'REQUEST_FAILED' }, url);
    }
    await assert.rejects(safeFetch('ftp://127.0.0.1/', { allowPrivate: true }), { code: 'REQUEST_FAILED' });
  });

  it('does not follow redirects', async (t) => {
    const port = await serve(t, (_req, res) => res.writeHead(302, { location: 'http://127.0.0.1:1/' }).end());
    const { status } = await safeFetch(`http://127.0.0.1:${port}/`, { allowPrivate: true });
    assert.equal(status, 302);
  });

  it('sends what it is given and reads the answer', async (t) => {
    const port = await serve(t, (req, res) => {
      res.setHeader('x-method', req.method ?? '');
      req.pipe(res);
    });
    const answer = await safeFetch(`http://127.0.0.1:${port}/`, { method: 'PUT', body: 'content', allowPrivate: true });
    assert.deepEqual([answer.headers['x-method'], answer.body.toString()], ['PUT', 'content']);
  });

  it('ends an answer that is too long or too slow', async (t) => {
    const long = await serve(t, (_req, res) => res.end(Buffer.alloc(2_000)));
    const slow = await serve(t, (_req, res) => void res.write('a'));
    await assert.rejects(safeFetch(`http://127.0.0.1:${long}/`, { allowPrivate: true, maxBytes: 1_000 }), {
      message: /more than 1000 bytes/,
    });
    await assert.rejects(safeFetch(`http://127.0.0.1:${slow}/`, { allowPrivate: true, timeoutMs: 30 }), {
      message: /within 30 ms/,
    });
  });

  it('does not use a connection to a private address where none is allowed', async (t) => {
    const fetcher = createSafeFetcher();
    t.after(() => fetcher.close());
    const port = await listen(
      t,
      createServer((_req, res) => res.end('inside')),
    );
    await fetcher.fetch(`http://127.0.0.1:${port}/`, { allowPrivate: true });
    await assert.rejects(async () => fetcher.fetch(`http://127.0.0.1:${port}/`), { code: 'REQUEST_FAILED' });
  });
});
