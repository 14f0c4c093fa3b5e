import { type Asset, assets } from './accounts.ts';

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

/** Whole coins as a person types them to units; undefined for what is no amount above zero, or has more digits than the asset. */
export function unitsOf(text: string, { decimals }: Pick<Asset, 'decimals'>): bigint | undefined {
  const [, whole = '', fraction = ''] = /^(\d{1,12})(?:\.(\d+))?$/.exec(text.trim()) ?? [];
  if (whole === '' || fraction.length > decimals) return undefined;
  const units = BigInt(whole + fraction.padEnd(decimals, '0'));
  return units > 0n ? units : undefined;
}

function found(asset: string, listed: readonly Asset[]): Asset | undefined {
  return listed.find((one) => one.asset.toLowerCase() === asset.toLowerCase());
}
