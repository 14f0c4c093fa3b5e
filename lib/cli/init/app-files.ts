import type { MadeSecret } from '../make-secret.ts';
import { exportedName, ownKeyOption, requiredOptions } from '../provider-table.ts';
import type { ProviderSamples } from '../sample-callbacks.ts';
import { ownKeyVariable, secretVariable } from '../secrets.ts';
import type { Choices } from './choices.ts';
import { Expression, exported, fileImport, importLines, literal } from './source.ts';
import { stores } from './stores.ts';

/** The key that the sender of a trial signs with, if that is not the receiver's secret. */
export const signingVariable = 'CALLBACK_SIGNING_KEY';

/** What an app is made of. */
export interface App {
  choices: Choices;
  samples: ProviderSamples;
  secret: MadeSecret;
  port: number;
}

/** What the app of a trial credits, and to whom: what the sample callback says, else ether to an address of the standard's examples. */
export function creditedIn({ asset, to }: ProviderSamples): { asset: string; decimals: number; to: string } {
  if (asset !== undefined && to !== undefined) return { ...asset, to };
  return { asset: 'eip155:1/slip44:60', decimals: 18, to: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' };
}

/** The files of programs, by name without their ending. */
export function programs(app: App): Readonly<Record<string, string>> {
  return { 'callbacks.config': configFile(app), server: serverFile(app) };
}

function configFile({ choices, samples }: App): string {
  const { provider, store } = choices;
  const { imports, declarations } = stores[store];
  const { asset, decimals, to } = creditedIn(samples);
  const network = asset.slice(0, asset.indexOf('/'));
  const policy = [
    '// What may be credited. Everything else is recorded and ignored.',
    `assets: [${literal({ asset, decimals })}],`,
    '// Your deposit addresses, each with the account that it credits. Use your own.',
    `accounts: new Map([[${literal(to)}, 'alice']]),`,
    ...(provider === 'imtoken'
      ? []
      : [
          "// For the trial. Leave it out, and the network's own number is required.",
          `confirmations: ${literal({ [network]: 1 })},`,
        ]),
  ];
  const isTrusted = samples.options.trustMined === true;
  const options = [
    'const options = {',
    ...(isTrusted
      ? [
          '  // trustMined credits a transfer as soon as it is mined: for the trial. Ask the chain itself instead: option chains.',
        ]
      : []),
    `  providers: [${providerCall(provider, samples)}],`,
    '  store,',
    '  policy: {',
    ...policy.map((line) => `    ${line}`),
    '  },',
    '};',
  ].join('\n');
  const named = { from: `deposit-callback/providers/${provider}`, names: [exportedName(provider)] };
  return `${importLines([named, ...imports], choices)}\n\n${exported([...declarations, options], choices)}\n`;
}

function providerCall(name: string, { options }: ProviderSamples): string {
  const ownKey = ownKeyOption(name);
  const given = {
    secrets: [fromEnvironment(secretVariable)],
    ...(ownKey === undefined ? {} : { [ownKey]: fromEnvironment(ownKeyVariable) }),
    ...requiredOptions(name),
    ...options,
  };
  return `${exportedName(name)}(${literal(given, '  ')})`;
}

function fromEnvironment(variable: string): Expression {
  return new Expression(`process.env.${variable} ?? ''`);
}

function serverFile({ choices, port }: App): string {
  const { language } = choices;
  const { uses, top, setUp, context, enter, entersAsync, read, readsAsync } = stores[choices.store];
  const isTyped = language === 'typescript';
  const listener = (event: string, amount: string, said: string): string =>
    [
      `callbacks.on('${event}', ${entersAsync ? 'async ' : ''}({ account, asset, amount }, ${context}) => {`,
      `  ${enter(amount)}`,
      `  console.log(\`${said}\`);`,
      '});',
    ].join('\n');
  return `${importLines(
    [
      { from: 'express', names: 'express' },
      { from: 'deposit-callback', names: ['depositCallbacks'] },
      { from: fileImport('callbacks.config', choices), names: ['options', ...uses] },
    ],
    choices,
  )}

const callbacks = depositCallbacks(options);
${top.map((line) => `${line}\n`).join('')}
// Amounts are in the smallest unit of the asset.
${listener('deposit', 'String(amount)', `credited \${amount} of \${asset} to \${account}`)}
// What was credited is no longer on the chain.
${listener('deposit.reverted', 'String(-amount)', `took back \${amount} of \${asset} from \${account}`)}

${readsAsync ? 'async ' : ''}function ledger()${isTyped ? (readsAsync ? ': Promise<unknown[]>' : ': unknown[]') : ''} {
  ${read}
}

async function start()${isTyped ? ': Promise<void>' : ''} {
  await callbacks.ready();
${setUp.map((line) => `${line.replace(/^/gm, '  ')}\n`).join('')}
  const app = express();
  app.use('/callbacks', callbacks); // before any parser of bodies
  app.get('/ledger', (_req, res, next) => {
    Promise.resolve(ledger()).then((entries) => res.json(entries), next);
  });
  const port = Number(process.env.PORT ?? ${port});
  const server = app.listen(port, '127.0.0.1');
  server.once('listening', () => console.log(\`listening on http://127.0.0.1:\${port}\`));
}

// Finishes what has arrived; senders bring the rest again.
function stop()${isTyped ? ': void' : ''} {
  callbacks.close().finally(() => process.exit());
}

process.once('SIGINT', stop);
process.once('SIGTERM', stop);
start();
`;
}
