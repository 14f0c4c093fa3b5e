import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';

// `npm run demo:chain`, as a person runs it.

interface Ran {
  code: number | null;
  out: string;
  err: string;
}

async function run(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ran> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    ran.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    ran.err += text;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { ...ran, code };
}

const demo = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Ran> =>
  run(['example-app/demo-chain.ts', ...args], env);

const taken = ['0.5 C pending', '0.5 C confirmed', '50 C quarantined (CHAIN_DISAGREES)'];
const takenBack = [
  ...taken,
  '50 C failed (REMOVED)',
  '0.5 C reverted (REMOVED)',
  '0.5 C confirmed',
  '0.25 C confirmed',
];
const early = ['2 C pending (CHAIN_PENDING)', '2 C failed (REMOVED)', '2 C confirmed'];
const lied = '200 C quarantined (CHAIN_DISAGREES)';
const shared = ['1 C quarantined (MEMO_MISSING)', '1 C confirmed'];
/** What becomes of the deposits, in their order, and what Alice has in the end. */
const demos: Readonly<Record<string, { symbol: string; deposits: readonly string[]; end: string }>> = {
  bitcoin: { symbol: 'BTC', deposits: takenBack, end: '0.75' },
  litecoin: { symbol: 'LTC', deposits: takenBack, end: '0.75' },
  solana: { symbol: 'SOL', deposits: [...early, lied, '0.5 C confirmed'], end: '2.5' },
  polkadot: { symbol: 'DOT', deposits: [...early, lied, '0.5 C confirmed'], end: '2.5' },
  eos: { symbol: 'EOS', deposits: [...early, lied, ...shared, '0.5 C confirmed'], end: '3.5' },
  ton: {
    symbol: 'TON',
    // What is in no block of the masterchain has none that could be named.
    deposits: ['2 C pending', '2 C failed (REMOVED_NO_BLOCK)', '2 C confirmed', lied, ...shared, '0.5 C confirmed'],
    end: '3.5',
  },
};

describe('the demo of', () => {
  for (const [network, { symbol, deposits, end }] of Object.entries(demos)) {
    it(`${network} goes from an address through a reorg to a balance that is the chain's own`, async () => {
      const { code, out, err } = await demo(['--network', network]);
      assert.equal(code, 0, out + err);
      assert.equal(err, '');
      const told = [...out.matchAll(/^ +deposit: (.*)$/gm)].map(([, line]) => line);
      assert.deepEqual(
        told,
        deposits.map((one) => one.replace(' C ', ` ${symbol} `)),
      );
      const last = `The address holds ${end} ${symbol} on the chain, and that is what alice has.`;
      assert.equal(out.trimEnd().split('\n').at(-1), last);
      assert.doesNotMatch(out, /WRONG/);
    });
  }

  it('ethereum credits what the chain holds, through reorgs and false deposits', async () => {
    const { code, out, err } = await demo([]);
    assert.equal(code, 0, out + err);
    assert.match(out, /mined again +75 USDT +pending, confirmed, reverted, pending, confirmed +75 USDT +ok\n/);
    assert.match(out, /lost in a deep reorg +nothing +pending, confirmed, reverted +nothing +ok\n/);
    assert.match(out, /Chain, callbacks and balances agree\.\n$/);
  });
});

describe('demo:chain', () => {
  it('lists the networks, what plays each, and how it is installed', async () => {
    const { code, out } = await demo(['--help']);
    assert.equal(code, 0);
    for (const network of ['ethereum', ...Object.keys(demos)]) assert.match(out, new RegExp(`^  ${network} +\\w`, 'm'));
    assert.match(out, /polkadot +chopsticks +npm ci --prefix test\/nodes --ignore-scripts\n/);
  });

  it('names the networks when it knows no such one, and its options when it knows no such one', async () => {
    const unknown = await demo(['--network', 'tron']);
    assert.deepEqual([unknown.code, unknown.out], [2, '']);
    assert.match(unknown.err, /^There is no demo of tron\.\n\nUsage: .*\n {2}solana /s);
    const option = await demo(['--chain', 'bitcoin']);
    assert.deepEqual([option.code, option.out], [2, '']);
    assert.match(option.err, /^Unknown option '--chain'\.\n\nUsage: /);
  });

  it('says how to install a node that is missing, and no more', async () => {
    const { code, out, err } = await demo(['--network', 'litecoin'], { ...process.env, PATH: '' });
    assert.deepEqual([code, out, err], [2, '', 'litecoind is not installed: apt-get install litecoind\n']);
  });

  it('fails if a balance is another than expected, or than the chain has', async () => {
    const { code, out, err } = await run(['test/system/wrong-demo.ts']);
    assert.equal(code, 1, out + err);
    assert.match(out, /alice has 1 SOL: WRONG\n/);
    assert.match(err, /^Wrong: there should have been after step 1 2 SOL and the callbacks: none\n/);
    assert.match(err, /\nWrong: there should have been in the end 3 SOL, which the address holds on the chain\n$/);
  });
});
