import type { Trick } from '../wallets/tricks.ts';
import type { LinkName } from './way.ts';

export type Language = 'en' | 'zh';

/** All that the page says. */
export interface Words {
  language: Language;
  title: string;
  playMoney: string;
  otherLanguage: string;
  light: string;
  dark: string;
  inspector: string;
  customers: string;
  balances: string;
  balancesOf: (name: string) => string;
  arriving: (amount: string) => string;
  deposit: string;
  asset: string;
  network: Readonly<Record<string, string>>;
  address: string;
  copy: string;
  copied: string;
  amount: string;
  pay: string;
  paying: string;
  badAmount: (decimals: number) => string;
  qr: (address: string) => string;
  paysBy: Readonly<Record<'chain' | 'signed', string>>;
  way: string;
  wayMore: string;
  wayNone: string;
  sender: string;
  stranger: string;
  sentBy: Readonly<Record<'chain' | 'signed', string>>;
  sentFrom: (address: string) => string;
  link: Readonly<Record<LinkName, string>>;
  verdict: Readonly<Record<'passed' | 'held' | 'refused' | 'unreached', string>>;
  from: (address: string) => string;
  bytes: (count: number) => string;
  signed: string;
  recorded: string;
  duplicate: string;
  ignored: (code: string) => string;
  quarantined: (code: string) => string;
  answered: (status: number, ms: number) => string;
  refused: (status: number, code: string) => string;
  because: Readonly<Record<string, string>>;
  ledger: string;
  credited: (amount: string) => string;
  nothingTwice: string;
  waits: (confirmations: number, of: number) => string;
  waitsForMore: string;
  unchanged: string;
  earlier: string;
  earlierNone: string;
  tricks: string;
  tricksMore: string;
  tricksLater: string;
  trick: Readonly<Record<Trick, string>>;
  deposits: string;
  depositsNone: string;
  column: Readonly<Record<'time' | 'amount' | 'status' | 'transaction', string>>;
  status: Readonly<Record<string, string>>;
  confirmations: (count: number, of: number) => string;
  details: string;
  footer: string;
  callback: Readonly<Record<string, string>>;
  /** By the type that the body names. */
  event: Readonly<Record<string, string>>;
}

export const english: Words = {
  language: 'en',
  title: 'Example Exchange',
  playMoney: 'Play money',
  otherLanguage: '\u4e2d\u6587',
  light: 'Light',
  dark: 'Dark',
  inspector: 'Inspector',
  customers: 'Customers',
  balances: 'Balances',
  balancesOf: (name) => `${name}'s balances`,
  arriving: (amount) => `${amount} on its way`,
  deposit: 'Deposit',
  asset: 'Asset',
  network: { 'eip155:1': 'Ethereum', 'tron:728126428': 'TRON' },
  address: 'Deposit address',
  copy: 'Copy address',
  copied: 'Copied',
  amount: 'Amount',
  pay: 'Pay',
  paying: 'Sent',
  badAmount: (decimals) => `Enter an amount above 0 with at most ${decimals} decimals.`,
  qr: (address) => `QR code of ${address}`,
  paysBy: {
    chain: 'Paid on a local chain. The notifier sees the transaction and sends signed callbacks.',
    signed: 'No local chain here: the wallet sends signed callbacks about a payment.',
  },
  way: 'The path of a callback',
  wayMore: 'Each callback passes five checks before a balance changes. This is the latest one.',
  wayNone: 'Make a payment above and watch its callbacks arrive.',
  sender: 'Wallet',
  stranger: 'Sender',
  sentBy: { chain: 'The notifier saw the payment and sent a signed callback.', signed: 'Sent a signed callback.' },
  sentFrom: (address) => `A request from ${address}.`,
  link: {
    source: 'IP address',
    body: 'Raw body',
    signature: 'Signature',
    replay: 'Replay and checks',
    dispatch: 'Answer',
  },
  verdict: { passed: 'passed', held: 'passed, without money', refused: 'refused', unreached: 'not reached' },
  from: (address) => `${address} is allowed.`,
  bytes: (count) => `${count} bytes, exactly as sent.`,
  signed: 'Valid, and signed just now.',
  recorded: 'New. Checked and stored.',
  duplicate: 'Already known. Nothing is credited twice.',
  ignored: (code) => `Not credited: ${code}.`,
  quarantined: (code) => `Held for a person: ${code}.`,
  answered: (status, ms) => `${status} after ${ms} ms.`,
  refused: (status, code) => `${status} ${code}`,
  because: {
    SOURCE_NOT_ALLOWED: 'This sender is not on the list.',
    SIGNATURE_INVALID: 'It does not match these bytes.',
    TIMESTAMP_TOO_OLD: 'Signed too long ago.',
    CHAIN_DISAGREES: 'Our own node says otherwise: held for a person.',
  },
  ledger: 'Balance',
  credited: (amount) => `+${amount}`,
  nothingTwice: 'Unchanged: credited before.',
  waits: (confirmations, of) => `Waits: ${confirmations} of ${of} confirmations.`,
  waitsForMore: 'Waits for more confirmations.',
  unchanged: 'Unchanged.',
  earlier: 'Latest callbacks',
  earlierNone: 'No callbacks since the start.',
  tricks: 'Try to cheat',
  tricksMore: 'Each sends a real request with the last paid callback.',
  tricksLater: 'Make a payment first.',
  trick: {
    again: 'Send it again',
    tampered: 'Change the amount',
    forged: 'Sign with another key',
    old: 'Sign it an hour ago',
    stranger: 'Send from elsewhere',
    lie: 'Lie with the right key',
  },
  deposits: 'Deposits',
  depositsNone: 'No deposits yet.',
  column: { time: 'Time', amount: 'Amount', status: 'Status', transaction: 'Transaction' },
  status: {
    pending: 'Pending',
    confirmed: 'Credited',
    quarantined: 'Held',
    reverted: 'Taken back',
    failed: 'Failed',
  },
  confirmations: (count, of) => `${count} of ${of} confirmations`,
  details: 'Details',
  footer: 'This page runs on your machine only and moves no real money.',
  callback: {
    recorded: 'Deposit callback',
    duplicate: 'Repeated callback',
    ignored: 'Callback without a deposit',
    quarantined: 'Callback held',
    rejected: 'Refused request',
  },
  event: {
    'deposit.pending': 'Payment seen',
    'deposit.confirmed': 'Payment confirmed',
    'deposit.reverted': 'Payment gone',
    'deposit.failed': 'Payment failed',
  },
};
