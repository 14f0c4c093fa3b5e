import { test as nodeTest } from 'node:test';
import { invalidOption } from '../errors.ts';
import type { Provider, ProviderOptions } from '../providers/kit/provider.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { readingCases } from './provider-cases/reading-cases.ts';
import { signingCases } from './provider-cases/signing-cases.ts';
import type { ProviderFixtures } from './provider-fixtures.ts';

/** Options of `describeProvider`. */
export interface DescribeProviderOptions {
  /** Stands before each case's name. */
  name: string;
  /** Makes the provider: the function that users call. */
  create(options: ProviderOptions): Provider;
  /** Its bodies and what they must come to; `readProviderFixtures(folder)` reads them from files. */
  fixtures: ProviderFixtures;
  /** The runner's own; default that of `node:test`. */
  test?: (name: string, run: () => void | Promise<void>) => unknown;
}

const optionNames: OptionNames<DescribeProviderOptions> = { name: true, create: true, fixtures: true, test: true };

/**
 * Registers the conformance tests that every provider passes, this package's and yours: signatures byte for byte,
 * secrets during a rotation, missing and stale signatures, exact amounts and canonical addresses, reorgs, duplicates,
 * and the exact answer, over real HTTP through the whole chain.
 *
 * @example
 * describeProvider({ name: 'acme', create: acme, fixtures: readProviderFixtures('test/fixtures/acme') });
 */
export function describeProvider(options: DescribeProviderOptions): void {
  checkOptions('describeProvider', options, optionNames, "{ name: 'acme', create: acme, fixtures }");
  const { name, create, fixtures, test = nodeTest } = options;
  if (typeof create !== 'function')
    throw invalidOption('describeProvider.create', 'must be the function that makes the provider');
  if (!Array.isArray(fixtures?.cases))
    throw invalidOption('describeProvider.fixtures', 'must be what readProviderFixtures(folder) returned');
  const under = { create, fixtures };
  for (const one of [...signingCases(under), ...readingCases(under)]) {
    test(`${name}: ${one.name}`, () => one.run());
  }
}
