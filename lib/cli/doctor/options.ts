import { isDepositCallbackError } from '../../errors.ts';
import { type Options, resolveOptions, type Settings } from '../../options.ts';
import { compilePolicy } from '../../policy/compile-policy.ts';
import type { DoctorFinding } from './finding.ts';

const day = 86_400_000;

/** What the options say, and what follows from them; `settings` is undefined if the options are invalid. */
export function examineOptions(options: Options): { settings?: Settings<unknown>; findings: DoctorFinding[] } {
  const findings: DoctorFinding[] = [];
  const add = (id: string, level: DoctorFinding['level'], found: string, fix?: string): void => {
    findings.push({ id, level, about: 'options', found, ...(fix === undefined ? {} : { fix }) });
  };
  let settings: Settings<unknown>;
  try {
    settings = resolveOptions(options);
    const chains = new Set(settings.chains.map((check) => check.network));
    // docs/rules.md#confirmations: a policy that a provider can never meet throws. docs/rules.md#unseen-reorgs: one that rests on removals warns.
    compilePolicy(settings.policy, settings.providers, {
      chains,
      warn: (text) => add('removals', 'warn', text, 'query a node: chains: [evmChain(...)]'),
    });
  } catch (error) {
    const text = isDepositCallbackError(error) || error instanceof Error ? error.message : String(error);
    add('understood', 'bad', text, 'the service cannot start with these options');
    return { findings };
  }
  add('understood', 'ok', 'every option is valid, and each provider can meet the policy');
  examineSettings(settings, add);
  return { settings, findings };
}

type Add = (id: string, level: DoctorFinding['level'], found: string, fix?: string) => void;

function examineSettings(settings: Settings<unknown>, add: Add): void {
  const { requireHttps, trustProxy, sources, providers, toleranceMs, retainMs, keepBodies, silenceMs, policy } =
    settings;
  if (!requireHttps)
    add('https', 'bad', 'plain HTTP is accepted', 'leave requireHttps at true; behind a proxy, set trustProxy');
  if (toleranceMs > 600_000) {
    add(
      'tolerance',
      'warn',
      `a signature stays valid for ${toleranceMs / 60_000} minutes`,
      'lower toleranceMs to 300000 and synchronize the clocks',
    );
  }
  const guarded = sources.length > 0 || providers.every((one) => one.sources.length > 0);
  if (guarded) add('sources', 'ok', 'only listed addresses may send');
  else
    add('sources', 'note', 'any address may send: sources is empty', 'list the addresses that the providers publish');
  if (guarded && trustProxy === undefined) {
    add(
      'trust-proxy',
      'note',
      'sources are compared with the address that Express trusts',
      'set trustProxy, or "trust proxy" of the app, to the proxies in front',
    );
  }
  if (policy.assets === 'any')
    add(
      'assets',
      'warn',
      "assets: 'any' credits every token, worthless ones included",
      'list the assets with their decimals',
    );
  if (!keepBodies)
    add(
      'bodies',
      'warn',
      'bodies are not kept, so no callback can be read again',
      'leave keepBodies at true, and limit retainMs instead',
    );
  if (retainMs === undefined)
    add('retention', 'note', 'callbacks are kept forever', 'set retainMs, for example 400 days');
  else if (retainMs < 14 * day)
    add(
      'retention',
      'warn',
      `callbacks are deleted after ${(retainMs / day).toFixed(1)} days`,
      'providers retry for days: keep 14 days or more',
    );
  else add('retention', 'ok', `callbacks are kept for ${Math.round(retainMs / day)} days`);
  if (silenceMs === undefined)
    add('silence', 'note', 'no alert is raised when a provider falls silent', 'set silenceMs, and listen to "silence"');
}
