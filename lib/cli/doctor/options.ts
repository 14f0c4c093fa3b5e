import { isDepositCallbackError } from '../../errors.ts';
import { type Options, resolveOptions, type Settings } from '../../options.ts';
import { compilePolicy } from '../../policy/compile-policy.ts';
import { asIs, phrase, type Told } from '../words/phrases.ts';
import type { DoctorFinding } from './finding.ts';

const day = 86_400_000;

/** What the options say, and what follows from them; `settings` is undefined if the options are invalid. */
export function examineOptions(options: Options): { settings?: Settings<unknown>; findings: DoctorFinding[] } {
  const findings: DoctorFinding[] = [];
  const add = (id: string, level: DoctorFinding['level'], found: Told, fix?: Told): void => {
    findings.push({ id, level, about: 'options', found, ...(fix === undefined ? {} : { fix }) });
  };
  let settings: Settings<unknown>;
  try {
    settings = resolveOptions(options);
    const chains = new Set(settings.chains.map((check) => check.network));
    // docs/rules.md#confirmations: a policy that a provider can never meet throws. docs/rules.md#unseen-reorgs: one that rests on removals warns.
    compilePolicy(settings.policy, settings.providers, {
      chains,
      warn: (text) => add('removals', 'warn', asIs(text), phrase('query a node: chains: [evmChain(...)]')),
    });
  } catch (error) {
    const text = isDepositCallbackError(error) || error instanceof Error ? error.message : String(error);
    add('understood', 'bad', asIs(text), phrase('the service cannot start with these options'));
    return { findings };
  }
  add('understood', 'ok', phrase('every option is valid, and each provider can meet the policy'));
  examineSettings(settings, add);
  return { settings, findings };
}

type Add = (id: string, level: DoctorFinding['level'], found: Told, fix?: Told) => void;

function examineSettings(settings: Settings<unknown>, add: Add): void {
  const { requireHttps, trustProxy, sources, providers, toleranceMs, policy } = settings;
  if (!requireHttps)
    add(
      'https',
      'bad',
      phrase('plain HTTP is accepted'),
      phrase('leave requireHttps at true; behind a proxy, set trustProxy'),
    );
  if (toleranceMs > 600_000) {
    add(
      'tolerance',
      'warn',
      phrase('a signature stays valid for {minutes} minutes', { minutes: toleranceMs / 60_000 }),
      phrase('lower toleranceMs to 300000 and synchronize the clocks'),
    );
  }
  const guarded = sources.length > 0 || providers.every((one) => one.sources.length > 0);
  if (guarded) add('sources', 'ok', phrase('only listed addresses may send'));
  else
    add(
      'sources',
      'note',
      phrase('any address may send: sources is empty'),
      phrase('list the addresses that the providers publish'),
    );
  if (guarded && trustProxy === undefined) {
    add(
      'trust-proxy',
      'note',
      phrase('sources are compared with the address that Express trusts'),
      phrase('set trustProxy, or "trust proxy" of the app, to the proxies in front'),
    );
  }
  if (policy.assets === 'any')
    add(
      'assets',
      'warn',
      phrase("assets: 'any' credits every token, worthless ones included"),
      phrase('list the assets with their decimals'),
    );
  examineKeeping(settings, add);
}

function examineKeeping({ keepBodies, retainMs, silenceMs }: Settings<unknown>, add: Add): void {
  if (!keepBodies)
    add(
      'bodies',
      'warn',
      phrase('bodies are not kept, so no callback can be read again'),
      phrase('leave keepBodies at true, and limit retainMs instead'),
    );
  if (retainMs === undefined)
    add('retention', 'note', phrase('callbacks are kept forever'), phrase('set retainMs, for example 400 days'));
  else if (retainMs < 14 * day)
    add(
      'retention',
      'warn',
      phrase('callbacks are deleted after {days} days', { days: (retainMs / day).toFixed(1) }),
      phrase('providers retry for days: keep 14 days or more'),
    );
  else add('retention', 'ok', phrase('callbacks are kept for {days} days', { days: Math.round(retainMs / day) }));
  if (silenceMs === undefined)
    add(
      'silence',
      'note',
      phrase('no alert is raised when a provider falls silent'),
      phrase('set silenceMs, and listen to "silence"'),
    );
}
