import { declaredScheme } from './declared-scheme.ts';
import { defineProvider, type ProviderDefinition } from './define-provider.ts';
import type { Provider, ProviderOptions } from './provider.ts';
import type { Scheme } from './scheme.ts';

/** A provider as a declaration: its scheme as a value, its reader as a function, its facts. */
export interface ProviderDeclaration
  extends Omit<
    ProviderDefinition<unknown>,
    | 'prepare'
    | 'verify'
    | 'sign'
    | 'reportsConfirmations'
    | 'content'
    | 'signs'
    | 'sentSecret'
    | 'isUnsignedPing'
    | 'unproven'
  > {
  scheme: Scheme;
  /** Default false: it never says. */
  reportsConfirmations?: Provider['reportsConfirmations'];
}

/**
 * A provider from its declaration and the user's options. Names of options beside the common ones stand in
 * `declaration.ownOptions`. Throws `OPTION_INVALID`.
 */
export function declareProvider(declaration: ProviderDeclaration, options: ProviderOptions): Provider {
  const { scheme, reportsConfirmations = false, keptHeaders = [], ...facts } = declaration;
  const {
    prepare,
    verify,
    sign,
    isUnsignedPing,
    content,
    signs,
    sentSecret,
    keptHeaders: schemeHeaders,
    unproven,
  } = declaredScheme(scheme, declaration.name, declaration.form);
  return defineProvider(
    {
      ...facts,
      reportsConfirmations,
      keptHeaders: [...new Set([...keptHeaders, ...schemeHeaders])],
      prepare,
      verify,
      sign,
      isUnsignedPing,
      content,
      signs,
      unproven,
      ...(sentSecret === undefined ? {} : { sentSecret }),
    },
    options,
  );
}
