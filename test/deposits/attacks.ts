import assert from 'node:assert/strict';
import { type Assessment, assess } from '../../lib/checks/assess.ts';
import { checks } from '../../lib/checks/checks.ts';
import type { Evidence, Transfer } from '../../lib/deposits/transfer.ts';
import { type CompiledPolicy, compilePolicy } from '../../lib/policy/compile-policy.ts';
import type { ProviderTraits } from '../../lib/policy/context.ts';
import type { Policy } from '../../lib/policy/policy.ts';

export const provider: ProviderTraits = {
  name: 'test',
  keyedBy: 'transaction',
  reportsConfirmations: 'count',
  reportsMemos: true,
  sendsRemovals: true,
  trustMined: false,
};
export const origin = { eventId: 'e1', row: 0, callbackId: 'c1', receivedAt: 1000 };

export const ours = '0x52908400098527886E0F7030069857D2E4169EE7';
export const stranger = '0xde709f2102306220921060314715629080e2fb77';
export const usdt = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
export const fakeUsdt = 'eip155:1/erc20:0x1111111111111111111111111111111111111111';
const bitcoin = 'bip122:000000000019d6689c085ae165831e93';
const eos = 'antelope:aca376f206b8fc25a6ed44dbdc66547c';
const jetton = 'tvm:-239/jetton:0%3Ab113a994b5024a16719f69139328eb759596c38a25f59028b146fecdc3621dfe';
const ourJettonWallet = `0:${'a1'.repeat(32)}`;

const unknownTag = '404404';
const canonicalStranger = '0xde709f2102306220921060314715629080e2fb77';
/** What the transfers below are judged by, as a user writes it. */
export const openPolicy: Policy = {
  assets: [
    { asset: 'eip155:1/slip44:60', decimals: 18, minimum: 10n },
    { asset: usdt, decimals: 6 },
    { asset: 'eip155:1/erc20:0x2222222222222222222222222222222222222222', decimals: 9, balanceDelta: true },
    { asset: `${bitcoin}/slip44:0`, decimals: 8 },
    { asset: `${bitcoin}/omni:31`, decimals: 8 },
    { asset: 'xrpl:0/slip44:144', decimals: 6, memo: 'required' },
    { asset: `${eos}/slip44:194`, decimals: 4 },
    { asset: jetton, decimals: 6, emitters: [ourJettonWallet] },
    { asset: 'aptos:1/slip44:637', decimals: 8 },
    { asset: 'polkadot:91b171bb158e2d3848fa23a9f1c25182/slip44:354', decimals: 10 },
  ],
  isOurs: ({ address, memo }) => (memo === unknownTag ? 'unassigned' : address !== canonicalStranger),
};
export const policyOf = (more: Partial<Policy> = {}): CompiledPolicy =>
  compilePolicy({ ...openPolicy, ...more }, [provider], { chains: new Set(), warn: () => {} });
export const policy = policyOf({ isOwnSender: ({ address }) => address === canonicalStranger });

export const hash = `0x${'c'.repeat(64)}`;
export const bare = 'c'.repeat(64);

export const eth: Transfer = {
  kind: 'confirmed',
  network: 'eip155:1',
  asset: 'eip155:1/slip44:60',
  amount: { units: '1000' },
  to: ours,
  confirmations: 12,
  transaction: { id: hash, block: { hash: `0x${'d'.repeat(64)}`, number: '5' } },
};
export const token: Transfer = {
  ...eth,
  asset: usdt,
  evidence: { emitter: '0xdAC17F958D2ee523a2206206994597C13D831ec7', topics: 3 },
};
export const coin: Transfer = {
  ...eth,
  network: bitcoin,
  asset: `${bitcoin}/slip44:0`,
  to: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
  transaction: { id: bare, position: 'out:0', block: { hash: bare } },
  evidence: { script: 'p2wpkh', scriptAddresses: 1 },
};
const omni: Transfer = { ...coin, asset: `${bitcoin}/omni:31`, evidence: { protocolValid: true } };
export const xrp: Transfer = {
  ...eth,
  network: 'xrpl:0',
  asset: 'xrpl:0/slip44:144',
  to: 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY',
  memo: '42',
  transaction: { id: bare, block: { hash: bare } },
  evidence: { delivered: { units: '1000' }, state: 'tesSUCCESS' },
};
const eosTransfer: Transfer = {
  ...eth,
  network: eos,
  asset: `${eos}/slip44:194`,
  to: 'ourexchange1',
  transaction: { id: bare, block: { hash: bare } },
  evidence: { state: 'executed', emitter: 'eosio.token' },
};
export const dot: Transfer = {
  ...eth,
  network: 'polkadot:91b171bb158e2d3848fa23a9f1c25182',
  asset: 'polkadot:91b171bb158e2d3848fa23a9f1c25182/slip44:354',
  to: '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5',
  transaction: { id: '21000000-2', block: { hash: `0x${bare}` } },
};
export const ton: Transfer = {
  ...eth,
  network: 'tvm:-239',
  asset: jetton,
  to: `0:${'b2'.repeat(32)}`,
  transaction: { id: `0:${'b2'.repeat(32)}:47000000:${bare}`, block: { hash: bare } },
  evidence: { bounced: false, emitter: ourJettonWallet },
};

export const good: Readonly<Record<string, Transfer>> = { eth, token, coin, omni, xrp, eosTransfer, ton, dot };

export const withEvidence = (transfer: Transfer, evidence: Evidence): Transfer => ({
  ...transfer,
  evidence: { ...transfer.evidence, ...evidence },
});

/** Transfers that each check, and no other, keeps from being credited. */
export const attacks: Readonly<Record<string, readonly Transfer[]>> = {
  OUTGOING: [withEvidence(eth, { direction: 'out' })],
  FEE_EVENT: [withEvidence(eth, { category: 'fee' })],
  NFT_EVENT: [withEvidence(token, { category: 'nft' })],
  APPROVAL_EVENT: [withEvidence(token, { category: 'approval' })],
  // A copy of the token with the right symbol and decimals, from its own contract.
  ASSET_NOT_LISTED: [{ ...eth, asset: fakeUsdt, symbol: 'USDT', decimals: 6 }],
  ZERO_AMOUNT: [
    { ...token, amount: { units: '0' } },
    { ...token, amount: { decimal: '0.000' } },
    withEvidence(xrp, { delivered: { units: 0n } }),
  ],
  BELOW_MINIMUM: [{ ...eth, amount: { units: '9' } }],
  NOT_OURS: [{ ...eth, to: stranger }],
  OWN_SENDER: [{ ...eth, from: stranger }],
  DIRECTION_UNKNOWN: [withEvidence(eth, { direction: null })],
  RECIPIENTS_UNKNOWN: [withEvidence(coin, { soleRecipient: null })],
  TRANSACTION_FAILED: [withEvidence(eth, { success: false })],
  PROTOCOL_FAILED: [withEvidence(token, { protocolValid: false })],
  CALL_FAILED: [withEvidence(eth, { category: 'internal', callSucceeded: false })],
  STATE_NOT_EXECUTED: [
    withEvidence(eosTransfer, { state: 'hard_fail' }),
    withEvidence(eosTransfer, { state: 'delayed' }),
    withEvidence(eosTransfer, { state: 'EXECUTED' }),
    withEvidence(xrp, { state: 'tecPATH_DRY' }),
    withEvidence(eth, { state: 'a state that nobody thought of' }),
  ],
  BOUNCED: [withEvidence(ton, { bounced: true })],
  SUPERSEDED: [withEvidence(eth, { superseded: true })],
  EMITTER_MISMATCH: [
    withEvidence(token, { emitter: '0x1111111111111111111111111111111111111111' }),
    // A contract that says "deposit of ETH" in a log of its own.
    withEvidence(eth, { emitter: '0x1111111111111111111111111111111111111111' }),
    withEvidence(eosTransfer, { emitter: 'fakeeostoken' }),
    withEvidence(ton, { emitter: `0:${'ff'.repeat(32)}` }),
    withEvidence(token, { emitter: 'no address at all' }),
  ],
  LOG_MALFORMED: [withEvidence(token, { topics: 4 }), withEvidence(token, { topics: 1 })],
  STATUS_MISSING: [
    withEvidence(eth, { success: null }),
    withEvidence(eth, { callSucceeded: null }),
    withEvidence(eosTransfer, { state: null }),
    withEvidence(ton, { bounced: null }),
    { ...omni, evidence: {} },
  ],
  DELIVERED_MISSING: [{ ...xrp, evidence: {} }, withEvidence(eth, { delivered: null })],
  ASSET_NEEDS_BALANCE_DELTA: [{ ...eth, asset: 'eip155:1/erc20:0x2222222222222222222222222222222222222222' }],
  LOG_MISSING: [withEvidence(token, { logged: false })],
  DECIMALS_MISMATCH: [
    { ...token, decimals: 18 },
    { ...eth, decimals: 8 },
  ],
  SCRIPT_NOT_STANDARD: [
    withEvidence(coin, { script: 'multisig' }),
    withEvidence(coin, { script: null }),
    withEvidence(coin, { scriptAddresses: 2 }),
    withEvidence(coin, { scriptAddresses: 0 }),
  ],
  REPLACEABLE: [
    { ...withEvidence(coin, { replaceable: true }), confirmations: 0, transaction: { id: bare, position: 'out:0' } },
  ],
  TIME_LOCKED: [
    withEvidence(coin, { lockedUntil: '850000' }),
    withEvidence(coin, { lockedUntil: '1893456000' }),
    withEvidence(coin, { lockedUntil: null }),
    withEvidence(coin, { lockedUntil: '' }),
  ],
  OUTPUT_KEY_REUSED: [withEvidence(coin, { outputKeyReused: true })],
  MEMO_MISSING: [
    { ...xrp, memo: null },
    { ...xrp, memo: '' },
  ],
  UNASSIGNED: [{ ...xrp, memo: unknownTag }],
};

export const run = (transfer: Transfer, list = checks, rules = policy, from = provider): Assessment => {
  const assessment = assess(transfer, from, rules, origin, list);
  assert.ok(!(assessment instanceof Promise), 'answers at once');
  return assessment;
};
export const isCreditable = ({ outcome, statement }: Assessment): boolean =>
  outcome === 'recorded' && statement?.kind === 'confirmed' && statement.check === undefined;
