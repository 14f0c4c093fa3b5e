import type { SqliteStore } from 'deposit-callback/stores/sqlite';
import { type Asset, assets } from './accounts.ts';
import { balances } from './ledger.ts';

/** Balances and the latest deposits as one page; every value is escaped, since much of it comes from outside. */
export async function page(store: SqliteStore, listed: readonly Asset[]): Promise<string> {
  const deposits = await store.deposits({ limit: 50 });
  const balanceRows = balances(store.database).map(({ customer, asset, amount }) => [
    customer,
    symbolOf(asset, listed),
    coins(amount, asset, listed),
  ]);
  const depositRows = deposits.map((deposit) => [
    new Date(deposit.firstSeenAt).toISOString(),
    symbolOf(deposit.asset, listed),
    coins(deposit.amount, deposit.asset, listed),
    deposit.to,
    deposit.code === undefined ? deposit.status : `${deposit.status} (${deposit.code})`,
    deposit.providers.join(', '),
  ]);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Example exchange</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 64rem; padding: 0 1rem; }
table { border-collapse: collapse; margin-bottom: 2rem; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding: .4rem .6rem; text-align: left; overflow-wrap: anywhere; }
td:nth-child(3) { font-variant-numeric: tabular-nums; }
</style>
</head>
<body>
<h1>Example exchange</h1>
<h2>Balances</h2>
${table(['Customer', 'Asset', 'Balance'], balanceRows)}
<h2>Deposits</h2>
${table(['First seen', 'Asset', 'Amount', 'To', 'Status', 'Reported by'], depositRows)}
</body>
</html>`;
}

export function symbolOf(asset: string, listed: readonly Asset[] = assets): string {
  return found(asset, listed)?.symbol ?? asset;
}

/** Units as decimal text of whole coins. */
export function coins(units: bigint, asset: string, listed: readonly Asset[] = assets): string {
  const decimals = found(asset, listed)?.decimals ?? 0;
  const digits = (units < 0n ? -units : units).toString().padStart(decimals + 1, '0');
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${units < 0n ? '-' : ''}${digits.slice(0, digits.length - decimals)}${fraction === '' ? '' : `.${fraction}`}`;
}

function found(asset: string, listed: readonly Asset[]): Asset | undefined {
  return listed.find((one) => one.asset.toLowerCase() === asset.toLowerCase());
}

function table(heads: string[], rows: string[][]): string {
  if (rows.length === 0) return '<p>None yet.</p>';
  const cells = (row: string[], tag: 'th' | 'td'): string =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  return `<table><thead><tr>${cells(heads, 'th')}</tr></thead><tbody>${rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('\n')}</tbody></table>`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
