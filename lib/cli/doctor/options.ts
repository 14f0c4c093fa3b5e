import { isDepositCallbackError } from '../../errors.ts';
import { type Options, resolveOptions, type Settings } from '../../options.ts';
import { compilePolicy } from '../../policy/compile-policy.ts';
import type { DoctorFinding } from './finding.ts';

const day = 86_400_000;

/** What the options say, and what follows from them; `settings` is undefined where they cannot be understood. */
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
      warn: (text) => add('removals', 'warn', text, 'ask a node: chains: [evmChain(...)]'),
    });
  } catch (error) {
    const text = isDepositCallbackError(error) || error instanceof Error ? error.message : String(error);
    add('understood', 'bad', text, 'the service does not start with these options');
    return { findings };
  }
  add('understood', 'ok', 'every option is understood, and each provider can meet the policy');
  examineSettings(settings, add);
  return { settings, findings };
}

type Add = (id: string, level: DoctorFinding['level'], found: string, fix?: string) => void;

function examineSettings(settings: Settings<unknown>, add: Add): void {
  const { requireHttps, trustProxy, sources, providers, toleranceMs, retainMs, keepBodies, silenceMs, policy } =
    settings;
  if (!requireHttps)
    add(
      'https',
      'bad',
      'callbacks are taken over plain HTTP',
      'leave requireHttps at true; behind a proxy set trustProxy',
    );
  if (toleranceMs > 600_000) {
    add(
      'tolerance',
      'warn',
      `a signature stays good for ${toleranceMs / 60_000} minutes`,
      'lower toleranceMs to 300000 and set the clocks',
    );
  }
  const guarded = sources.length > 0 || providers.every((one) => one.sources.length > 0);
  if (guarded) add('sources', 'ok', 'only listed addresses may send');
  else
    add(
      'sources',
      'note',
      'anybody may try to send: nothing is listed in sources',
      'list the addresses that the providers publish',
    );
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
      "assets: 'any' credits whatever token calls itself money",
      'list the assets with their decimals',
    );
  if (!keepBodies)
    add(
      'bodies',
      'warn',
      'bodies are not kept, so nothing can be read again',
      'leave keepBodies at true, and limit retainMs instead',
    );
  if (retainMs === undefined)
    add('retention', 'note', 'callbacks are kept for ever', 'set retainMs, for example 400 days');
  else if (retainMs < 14 * day)
    add(
      'retention',
      'warn',
      `callbacks are forgotten after ${(retainMs / day).toFixed(1)} days`,
      'providers send again for days: keep 14 days and more',
    );
  else add('retention', 'ok', `callbacks are kept for ${Math.round(retainMs / day)} days`);
  if (silenceMs === undefined)
    add('silence', 'note', 'nobody is told when a provider falls silent', 'set silenceMs, and listen to "silence"');
}
