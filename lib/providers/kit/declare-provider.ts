import { declaredScheme } from './declared-scheme.ts';
import { defineProvider, type ProviderDefinition } from './define-provider.ts';
import type { Provider, ProviderOptions, Reading } from './provider.ts';
import type { Scheme } from './scheme.ts';

/** A provider as a declaration: its scheme as a value, its reader as a function, its facts. */
export interface ProviderDeclaration
  extends Omit<ProviderDefinition<unknown>, 'prepare' | 'verify' | 'sign' | 'reportsConfirmations'> {
  scheme: Scheme;
  /** Default false: it never says. */
  reportsConfirmations?: Provider['reportsConfirmations'];
}

const ping: Reading = { kind: 'ping', transfers: [], removals: [] };

/**
 * A provider from its declaration and the user's options. Names of options beside the common ones stand in
 * `declaration.ownOptions`. Throws `OPTION_INVALID`.
 */
export function declareProvider(declaration: ProviderDeclaration, options: ProviderOptions): Provider {
  const { scheme, read, reportsConfirmations = false, keptHeaders = [], ...facts } = declaration;
  const {
    prepare,
    verify,
    sign,
    isUnsignedPing,
    keptHeaders: schemeHeaders,
  } = declaredScheme(scheme, declaration.name);
  return defineProvider(
    {
      ...facts,
      reportsConfirmations,
      keptHeaders: [...new Set([...keptHeaders, ...schemeHeaders])],
      prepare,
      verify,
      sign,
      // What came unsigned is never read, not even when a stored callback is read again.
      read: (inbound, verified) => (isUnsignedPing(inbound) ? ping : read(inbound, verified)),
    },
    options,
  );
}
