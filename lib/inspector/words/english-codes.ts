import type { KnownCode } from './known-codes.ts';

/** What each code means, and what to do about it. */
export const englishCodes: Readonly<Record<KnownCode, readonly [means: string, cure: string]>> = {
  NOT_OURS: [
    'Paid to an account that is not ours',
    'If it is ours, add it to policy.accounts, then read the callback again.',
  ],
  OWN_SENDER: ['Sent by an account of our own', 'Nothing: a sweep or top-up is not a deposit.'],
  ASSET_NOT_LISTED: [
    'The asset is not in the policy',
    'If it is to be credited, list its contract in policy.assets, then read the callback again.',
  ],
  BELOW_MINIMUM: [
    'Less than the minimum of its asset',
    'Lower the minimum in policy.assets to credit it, then read the callback again.',
  ],
  NOT_DELIVERED_YET: ['Seen, but nothing has arrived yet', 'Nothing: the callback of the confirmed payment decides.'],
  ONLY_A_HINT: ['A hint to look something up, not a report', 'Nothing: with chains it is looked up by itself.'],
  PAYMENT_IGNORED: [
    'The policy ignores payments that differ like this',
    'Set policy.payments to hold or credit to keep them.',
  ],
  ZERO_AMOUNT: ['A transfer of nothing', 'Nothing: it is often sent to plant a look-alike address.'],
  OUTGOING: ['A withdrawal of ours, not a deposit', 'Nothing.'],
  FEE_EVENT: ['A fee, not a deposit', 'Nothing.'],
  NFT_EVENT: ['A token id of an NFT, not an amount', 'Nothing.'],
  APPROVAL_EVENT: ['An allowance, which moves nothing', 'Nothing.'],
  TRANSACTION_FAILED: ['The transaction failed on the chain', 'Nothing: no money came.'],
  PROTOCOL_FAILED: [
    'The token protocol calls the transfer invalid',
    'Nothing: no money came, although the transaction is confirmed.',
  ],
  CALL_FAILED: ['A call on the way to the transfer was undone', 'Nothing: no money came.'],
  STATE_NOT_EXECUTED: ['The transaction was not executed', 'Nothing: no money came.'],
  BOUNCED: ['The money was sent back', 'Nothing: it did not stay.'],
  SUPERSEDED: ['A newer transaction took its place', 'Nothing: the newer one counts.'],
  EMITTER_MISMATCH: [
    'Reported by another contract than the asset',
    'Nothing: it is a forged transfer, or add the contract to emitters of the asset.',
  ],
  LOG_MALFORMED: ['A log that only looks like a transfer', 'Nothing: it is forged.'],
  STATUS_MISSING: ['The provider did not say whether it succeeded', 'Look at the chain; release it if it did.'],
  DELIVERED_MISSING: [
    'It is not known how much arrived',
    'Look at the chain for the delivered amount, or add a chain check.',
  ],
  LOG_MISSING: ['A call without a log: perhaps nothing moved', 'Look at the chain; release it if the money came.'],
  DECIMALS_MISMATCH: [
    'The provider counts other decimals than the policy',
    'Correct it with the decimals in which the amount was reported.',
  ],
  ASSET_NEEDS_BALANCE_DELTA: [
    'The asset may deliver less than was sent',
    'Look at the chain for what arrived, or add a chain check.',
  ],
  SCRIPT_NOT_STANDARD: ['Paid to a script that others can spend too', 'Release it only if the output is ours alone.'],
  REPLACEABLE: ['It can still be replaced and is in no block', 'Wait for its block.'],
  TIME_LOCKED: ['The money is locked until a later time', 'Release it once it can be spent.'],
  OUTPUT_KEY_REUSED: [
    'Its one-time key was paid before: only one can be spent',
    'Look at the chain; revert it unless it can be spent.',
  ],
  UNASSIGNED: [
    'Ours, but the customer is not known',
    'Find the customer: correct it with an account, or name the account in the policy and read the callback again.',
  ],
  MEMO_MISSING: [
    'The memo that names the customer is missing',
    'Find the customer: correct it with the memo or an account.',
  ],
  MEMO_UNREPORTED: [
    'The provider cannot report memos',
    'Find the memo on the chain: correct it, or add a provider that reports memos.',
  ],
  ASSET_MALFORMED: [
    'The contract is not valid on its network',
    'Compare it with the chain; ask the provider, or upgrade and read the callback again.',
  ],
  ADDRESS_MALFORMED: [
    'The address is broken: alphabet, length or checksum',
    'Compare it with the chain; ask the provider to send it again.',
  ],
  TRANSACTION_HASH_ONLY: [
    'A hash alone, which names no transaction here',
    'Add a chain check of the network and read the callback again, or credit by hand.',
  ],
  TRANSACTION_MALFORMED: [
    'The transaction id is not valid on its network',
    'Compare it with the chain; upgrade and read the callback again.',
  ],
  ID_REUSED: ['One id of the provider names two transfers', 'Look at the chain; release it only if it is there.'],
  CHAIN_CHECK_MISSING: [
    'Its signature proves too little without a chain check',
    'Add one in chains, or look at the chain and release it.',
  ],
  DIRECTION_UNKNOWN: ['In or out: the provider did not say', 'Look at the chain; release it if it came in.'],
  RECIPIENTS_UNKNOWN: [
    'The amount may be for several recipients',
    'Look at the chain for the part that came to this account.',
  ],
  AMOUNT_MALFORMED: ['The amount cannot be read exactly', 'Look at the chain; upgrade and read the callback again.'],
  PAYMENT_UNDERPAID: [
    'Less was paid than was asked for',
    'Release it to credit what arrived, or settle it at the gateway.',
  ],
  PAYMENT_OVERPAID: [
    'More was paid than was asked for',
    'Release it to credit what arrived, unless the gateway pays the rest back.',
  ],
  PAYMENT_LATE: ['Paid after the invoice had expired', 'Release it to credit what arrived.'],
  PAYMENT_RESOLVED: ['Settled by hand at the gateway', 'Look at the gateway for the amount, then release it.'],
  NETWORK_NOT_KNOWN: [
    'A network that nobody here knows',
    'Name it in networks or upgrade, then read the callback again.',
  ],
  ASSET_NAME_NOT_KNOWN: [
    'An asset name that nobody here knows',
    "Map it in the provider's option assets, then read the callback again.",
  ],
  MEMO_UNKNOWN: [
    'Reported only by providers that cannot report memos',
    'Wait for a provider that can, or look at the chain and correct it.',
  ],
  POSITIONS_DIFFER: [
    'Two providers name different positions',
    'Nothing, if the chain has one transfer; otherwise release the other.',
  ],
  COPIES_UNCLEAR: [
    'One transfer reported twice, or two equal ones',
    'Look at the chain; release the second if there are two.',
  ],
  REORG_PENDING: ['Its block is in doubt', 'Wait: the credit stays until it is known.'],
  REORG_AMBIGUOUS: [
    'Providers disagree about its block',
    'Look at the chain; release what is true, revert what is false.',
  ],
  GROUP_HELD: ['An earlier credit of this transaction is in doubt', 'Release or revert that credit first.'],
  CONFLICT: ['Reports contradict each other', 'Look at the chain; release the true one, revert the false one.'],
  REMOVED: ['Its block was removed from the chain', 'Nothing, unless the transaction comes back.'],
  REMOVED_NO_BLOCK: ['Taken back, without saying in which block', 'Look at the chain; release it if it is there.'],
  REMOVED_UNTIMED: ['Taken back, without saying when', 'Look at the chain; release it if it is there.'],
  FAILED: ['Its transaction failed', 'Nothing: no money came.'],
  QUORUM_PENDING: ['Too few providers have reported it', 'Wait for the others, or look at the chain and release it.'],
  CHAIN_PENDING: ['Our node has not confirmed it yet', 'Wait; if it lasts, check the node in chains.'],
  CHAIN_DISAGREES: ['Our node found something else', 'Look at the chain: the report is false, or the node is behind.'],
  HELD: ['Held by the policy or an operator', 'Decide: release or revert it.'],
  OPERATOR_REVERTED: ['An operator found it false', 'Release it if that was wrong.'],
  NETWORK_FROZEN: ['Its network is frozen by the policy', 'Take the network out of policy.frozen when it is safe.'],
  HTTPS_REQUIRED: [
    'Came without TLS',
    'Set trustProxy to the proxy that ends TLS, and have it send X-Forwarded-Proto.',
  ],
  SOURCE_NOT_ALLOWED: ['From an address that is not allowed', "Add the provider's addresses to sources."],
  SOURCE_UNKNOWN: [
    'The true sender could not be found out',
    'Set trustProxy, or fix the name in sources that does not resolve.',
  ],
  BODY_TOO_LARGE: ['The body is too large', 'Raise limits.bodyBytes.'],
  BODY_TIMEOUT: ['The body did not arrive in time', 'Raise limits.receiveMs, or check the network between.'],
  BODY_ABORTED: ['The connection broke off', 'Check the proxy and the network between.'],
  BODY_ENCODING: ['The body is compressed in a way that is not used', 'Stop proxies from compressing bodies.'],
  BODY_FORM: ['Another form than the provider sends', 'Upgrade, or set form of a custom provider.'],
  BODY_ALREADY_PARSED: ['A parser took the exact bytes first', 'Mount the callbacks before express.json().'],
  API_KEY_INVALID: ['The API key does not match', 'Add the key that it sends to apiKeys.'],
  SIGNATURE_MISSING: [
    'Without a signature',
    'Enable signing at the provider, and stop proxies from dropping its headers.',
  ],
  SIGNATURE_INVALID: [
    'The signature does not match',
    'Compare secrets with the key in its console, and stop proxies from rewriting bodies.',
  ],
  TIMESTAMP_TOO_OLD: ['Signed too long ago', 'Set the clock of this machine.'],
  TIMESTAMP_TOO_NEW: ['Signed in the future', 'Set the clock of this machine.'],
  KEPT_UNVERIFIED: [
    'Did not verify, and is kept',
    'Add the new key to secrets, then verify again on the quarantine page.',
  ],
  KEYS_UNAVAILABLE: ['The keys could not be had', 'Fix the vault behind secrets, or the validity of the keys.'],
  METHOD_NOT_ALLOWED: [
    'A method that the provider does not use',
    'Set the method that its page in docs/providers names.',
  ],
  UNAVAILABLE: [
    'Not recorded in time; over memoryStore, perhaps not delivered',
    'Find the cause in the service log: the store, a policy function or a listener. The provider sends it again.',
  ],
  BODY_UNREADABLE: ['Authentic, but not in the form that is expected', 'Upgrade, then read it again.'],
  ROW_UNREADABLE: ['One row of it could not be read', 'Upgrade, then read it again.'],
  PING: ['A test of the URL', 'Nothing.'],
  HINT: ['A hint to look something up', 'Nothing: with chains it is looked up by itself.'],
  NOTICE: ['A notice from the provider', 'Read the alarm PROVIDER_NOTICE: callbacks may be missing.'],
  HEARTBEAT: ['A sign of life', 'Nothing.'],
  UNKNOWN: ['A kind of event that is not known', 'If it may be a deposit, upgrade, then read it again.'],
};
