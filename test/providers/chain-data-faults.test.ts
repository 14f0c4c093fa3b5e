import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Policy } from '../../lib/policy/policy.ts';
import { alchemy } from '../../lib/providers/alchemy.ts';
import { blockcypher } from '../../lib/providers/blockcypher.ts';
import { coinbaseCdp } from '../../lib/providers/coinbase-cdp.ts';
import { moralis } from '../../lib/providers/moralis.ts';
import { quicknode } from '../../lib/providers/quicknode.ts';
import { ours, receiver } from '../helpers/credited.ts';
import { alice, randomHash, secret } from '../helpers/deposits.ts';
import { alchemyBody, quicknodeBody } from '../helpers/stories.ts';

const secrets = [secret];

const usdcOnBase = 'eip155:8453/erc20:0x833589fcd6edb6e08f4c7c32d4f71b54bda02913';
const bitcoin = 'bip122:000000000019d6689c085ae165831e93';
test('Moralis: "confirmed" means on each chain what its table of supported chains says', async (t) => {
  const chains = { 143: 100, 369: 100, 747: 100, 999: 100, 1135: 100, 1284: 100, 1285: 100, 88888: 100 };
  const testnets = { 97: 18, 545: 100, 2021: 100, 80002: 100, 84532: 100, 421614: 600, 11155111: 18, 11155420: 600 };
  const provider = moralis({ secrets });
  for (const [chain, depth] of Object.entries({ ...chains, ...testnets })) {
    const network = `eip155:${chain}`;
    const asset = `${network}/erc20:${contract}`;
    const wanting = (confirmations: number): Policy => ({
      ...ours,
      assets: [{ asset, decimals: 6 }],
      confirmations: { [network]: confirmations },
    });
    const { tell, credited } = await receiver(t, provider, wanting(depth));
    await tell(provider, moralisBody(Number(chain)));
    assert.deepEqual(credited(), [`5000000 ${asset}`], `${chain} at ${depth}`);
    await assert.rejects(
      receiver(t, provider, wanting(depth + 1)),
      { code: 'OPTION_INVALID' },
      `${chain} beyond ${depth}`,
    );
  }
});

const contract = '0x833589fcd6edb6e08f4c7c32d4f71b54bda02913';

function moralisBody(chain: number): object {
  const transfer = {
    transactionHash: randomHash(),
    logIndex: '3',
    contract,
    from: '0x93f9ecdaf22f8b60bc24641dd5ed43ca92405cb7',
    to: alice.toLowerCase(),
    value: '5000000',
    tokenDecimals: '6',
  };
  const block = { number: '7', hash: randomHash(), timestamp: '1668676247' };
  return { confirmed: true, chainId: `0x${chain.toString(16)}`, block, logs: [], txs: [], erc20Transfers: [transfer] };
}

test('BlockCypher: outputs that the body leaves out are told, and those in it are credited', async (t) => {
  const provider = blockcypher({ secrets, network: 'bitcoin' });
  const transaction = {
    hash: randomHash().slice(2),
    block_hash: randomHash().slice(2),
    block_height: 337875,
    confirmations: 6,
    inputs: [],
    outputs: [
      { value: 468380000, addresses: ['15dRT5Fo8ucT6duoCzr2MGcoBxRFh4XnRq'], script_type: 'pay-to-pubkey-hash' },
    ],
  };
  for (const cut of [
    { vout_sz: 21 },
    { vout_sz: 1, next_outputs: 'https://api.blockcypher.com/v1/btc/main/txs/...' },
  ]) {
    const { tell, credited, outcomes } = await receiver(t, provider, {
      ...ours,
      assets: [{ asset: `${bitcoin}/slip44:0`, decimals: 8 }],
    });
    await tell(provider, { ...transaction, ...cut });
    assert.deepEqual(credited(), [`468380000 ${bitcoin}/slip44:0`]);
    assert.deepEqual(outcomes, ['quarantined ROW_UNREADABLE']);
  }
});

const transfer = () => ({ hash: randomHash(), block: randomHash(), amount: 5_000_000n, log: 3 });

test('Alchemy: a createdAt that is a number, empty or no time costs no deposit', async (t) => {
  const provider = alchemy({ secrets, trustMined: true });
  const { tell, credited } = await receiver(t, provider);
  for (const createdAt of [1729116241108, '', 'yesterday', null, {}]) {
    await tell(provider, { ...alchemyBody(transfer()), createdAt });
  }
  assert.equal(credited().length, 5);
});

test('Alchemy: activity of a form that nobody reads is kept for an operator, not ignored', async (t) => {
  const provider = alchemy({ secrets, trustMined: true });
  const { tell, outcomes } = await receiver(t, provider);
  const body = { webhookId: 'wh_1', type: 'ADDRESS_ACTIVITY' };
  await tell(provider, { ...body, id: 'whevt_1', event: { network: 'SOLANA_MAINNET', slot: 1, transaction: [{}] } });
  await tell(provider, { ...body, id: 'whevt_2', event: { network: 'ETH_MAINNET', activity: [{ category: 'new' }] } });
  assert.deepEqual(outcomes, ['quarantined BODY_UNREADABLE', 'quarantined ROW_UNREADABLE']);
});

test('QuickNode: a log without a contract is never read as the native coin', async (t) => {
  const provider = quicknode({ secrets, keepDistanceFromTip: 12 });
  const { tell, credited, outcomes } = await receiver(t, provider, { ...ours, confirmations: { 'eip155:1': 12 } });
  const body = quicknodeBody(transfer()) as { transfers: object[] };
  await tell(provider, { ...body, transfers: body.transfers.map((one) => ({ ...one, contract: '' })) });
  assert.deepEqual([credited(), outcomes], [[], ['quarantined ROW_UNREADABLE']]);
});

test('Coinbase: wallet.activity.multi is read, and a transfer that says no amount is kept for an operator', async (t) => {
  const provider = coinbaseCdp({ secrets, trustMined: true });
  const { tell, credited, outcomes } = await receiver(t, provider, {
    ...ours,
    assets: [{ asset: usdcOnBase, decimals: 6 }],
  });
  const data = {
    network: 'base-mainnet',
    blockNumber: '12345678',
    transactionHash: randomHash(),
    logIndex: '0',
    contractAddress: contract,
    eventName: 'Transfer',
  };
  const body = { eventId: '1', eventType: 'wallet.activity.multi', timestamp: '2025-06-01T12:00:00Z' };
  await tell(provider, { ...body, data: { ...data, from: alice, to: alice, value: '2500000' } }, 'one');
  await tell(provider, { ...body, data }, 'two');
  assert.deepEqual(credited(), [`2500000 ${usdcOnBase}`]);
  assert.deepEqual(outcomes, ['recorded', 'quarantined BODY_UNREADABLE']);
});

test('Moralis: on Solana what an owner holds more of a token is credited, and a transaction of SOL alone is kept', async (t) => {
  const provider = moralis({ secrets, trustMined: true });
  const usdc = 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
  const asset = `solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:${usdc}`;
  const { tell, credited, outcomes } = await receiver(t, provider, { ...ours, assets: [{ asset, decimals: 6 }] });
  const balance = (owner: string, accountIndex: number, amount: string): object => ({
    accountIndex,
    mint: usdc,
    owner,
    uiTokenAmount: { amount, decimals: 6 },
  });
  const [user, stranger] = [
    'FXvStt8aeQHMGKDgqaQ2HXWfJsXnqiKSoBEpHJahkuD',
    'M2mx93ekt1fmXSVkTrUL9xVFHkmME8HTUi5Cyc5aF7K',
  ];
  const transaction = {
    signature: '5nNtjezQMYBHvgSQmoRmJPiXGsPAWmJPoGSa64xanqrauogiVzFyGQhKeFataHGXq51jR2hjbzNTkPUpP787HAmL',
    err: null,
    preTokenBalances: [balance(stranger, 1, '9000000'), balance(user, 2, '1000000')],
    postTokenBalances: [balance(stranger, 1, '6500000'), balance(user, 2, '3500000')],
  };
  const ofSol = {
    signature: '4dWBkbLHGvU2jw9Sjj6YETtKfaVKAAN1M8aWzXRNC4aHBckUzM73n3FddNbWTtfUvkU2vFRQ7bKHMwKZQ5dGy1iH',
    err: null,
    preTokenBalances: [],
    postTokenBalances: [],
  };
  const block = { slot: '410060994', blockHash: '7xJ9Km3VLkTqhqEoZ5fXb8NcW1uYpRdS4gAeHjBvMn2Q' };
  const body = { block, chainId: 'solana_mainnet', network: 'mainnet', confirmed: false };
  await tell(provider, { ...body, transactions: [transaction, ofSol] });
  assert.deepEqual([credited(), outcomes], [[`2500000 ${asset}`], ['quarantined ROW_UNREADABLE']]);
});

test('Alchemy: a transfer on Stellar, which comes without its memo, is known and held, and one that failed is not', async (t) => {
  const provider = alchemy({ secrets, trustMined: true });
  const issuer = 'GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN';
  const asset = `stellar:pubnet/asset:USDC-${issuer}`;
  const { tell, credited, standing } = await receiver(t, provider, { ...ours, assets: [{ asset, decimals: 7 }] });
  const activity = {
    fromAddress: 'GCL7LI33MWYLCHRQBY3FA7LWCCV7G24777DPEF5FQGSXR3EJUYLNBFCZ',
    // The addresses of the published example have wrong checksums.
    toAddress: issuer,
    ledgerSequence: 64912507,
    opIndex: 1,
    eventIndex: 0,
    category: 'classic',
    eventSubtype: 'transfer',
    value: '293.0921290',
    asset: { type: 'credit_alphanum4', code: 'USDC', issuer },
  };
  const rows = [true, false].map((success) => ({ ...activity, success, txHash: randomHash().slice(2) }));
  await tell(provider, {
    id: 'whevt_1',
    type: 'ADDRESS_ACTIVITY',
    event: { network: 'STELLAR_MAINNET', activity: rows },
  });
  assert.deepEqual(
    [credited(), (await standing()).sort()],
    [[], ['failed 2930921290 FAILED', 'quarantined 2930921290 MEMO_UNKNOWN']],
  );
});
