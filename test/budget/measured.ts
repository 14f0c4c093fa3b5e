import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import type { SentCallback } from '../../lib/testing/provider-cases/sending.ts';
import { send } from '../helpers/serve.ts';
import { bareHeader } from './bare.ts';
import type { Asked, Target, Told } from './server.ts';

/** A receiver in a process of its own, and what requests cost it. */
export interface Measured {
  open(targets: readonly Target[], sources?: readonly string[]): Promise<Told['opened']>;
  /**
   * How long the request has held the event loop beyond what reading it costs any server, in units of what SHA-256 over 1 MiB
   * takes. A small one is sent several times and the mean is taken. The least is told: it is sent again until it is within the
   * bound, up to 60 times, since what else the machine does only adds to it. A compressed body is compared with a plain one of as
   * many bytes.
   */
  costOf(sent: SentCallback, bytes: number, bound: number): Promise<{ cost: number; status: number }>;
  /** `closes`: nothing is sent to this receiver any more. */
  weigh(closes?: boolean): Promise<{ disk: number; heap: number }>;
  /** Sends them all over a few connections, from many networks. */
  flood(requests: readonly Buffer[], times: number): Promise<number>;
  end(): Promise<void>;
}

const attempts = 60;

export async function startMeasured(): Promise<Measured> {
  const execArgv = ['--expose-gc', '--import', 'tsx'];
  // Counting what runs slows our code down, and not the hash that it is compared with.
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  const child = fork(new URL('./server.ts', import.meta.url), { execArgv, env });
  const hear = async (): Promise<Told> => (await once(child, 'message'))[0] as Told;
  const ask = (asked: Asked): Promise<Told> => {
    const told = hear();
    child.send(asked);
    return told;
  };
  const { port } = await hear();
  const { unit } = await ask({ do: 'calibrate' });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  const sendSome = async ({ method, url, headers, body }: SentCallback) => {
    const count = Math.max(1, Math.min(10, Math.floor((2 * 2 ** 20) / body.length)));
    const hasBody = method !== 'GET' && method !== 'HEAD';
    const request = { method, path: url, headers, agent, ...(hasBody ? { body } : {}) };
    await ask({ do: 'start' });
    const [answered] = await Promise.all(Array.from({ length: count }, () => send(port, request)));
    // The unit of just then: what shares the core slows both down.
    const { held, unit: unitNow } = await ask({ do: 'stop' });
    const one = Math.max(unit, unitNow);
    return { status: answered?.status ?? 0, cost: held / one / count };
  };

  const reading = new Map<number, number>();
  /** What a request with about as long a body costs a handler that reads it and nothing else. The more it is asked, the better it knows. */
  const costOfReading = async (sent: SentCallback, bytes: number): Promise<number> => {
    const { 'content-encoding': coding, ...others } = sent.headers;
    const body = coding === undefined ? sent.body : Buffer.alloc(bytes);
    const size = Math.round(body.length / 16_384);
    const isLarge = body.length > 2 ** 16;
    const times = reading.has(size) ? (isLarge ? 3 : 0) : 30;
    const headers = { ...others, [bareHeader]: 'yes' };
    for (let time = 0; time < times; time += 1) {
      const { cost } = await sendSome({ ...sent, body, headers });
      reading.set(size, Math.min(cost, reading.get(size) ?? cost));
    }
    return reading.get(size) ?? 0;
  };

  return {
    async open(targets, sources) {
      const { opened } = await ask({ do: 'open', targets, ...(sources === undefined ? {} : { sources }) });
      return opened;
    },
    async costOf(sent, bytes, bound) {
      const ofReading = await costOfReading(sent, bytes);
      let cost = Number.POSITIVE_INFINITY;
      let status = 0;
      for (let attempt = 0; attempt < attempts && cost > bound; attempt += 1) {
        const one = await sendSome(sent);
        cost = Math.min(cost, one.cost - ofReading);
        status = one.status;
      }
      return { cost, status };
    },
    async weigh(closes = false) {
      const { disk, heap } = await ask({ do: 'weigh', closes });
      return { disk, heap };
    },
    async flood(requests, times) {
      const answers = await Promise.all(
        Array.from({ length: connections }, (_, index) =>
          sendAll(port, `127.${index + 1}.0.1`, requests, Math.ceil(times / connections)),
        ),
      );
      return answers.reduce((sum, one) => sum + one, 0);
    },
    async end() {
      agent.destroy();
      child.send({ do: 'end' } satisfies Asked);
      await once(child, 'exit');
    },
  };
}

const connections = 40;
const batch = 25;

/** Sends requests in turn over one connection, some of them at once; how many were answered. */
async function sendAll(port: number, from: string, requests: readonly Buffer[], times: number): Promise<number> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from }).setEncoding('latin1');
  await once(socket, 'connect');
  let answers = 0;
  let wanted = 0;
  let next: (() => void) | undefined;
  socket.on('data', (text: string) => {
    answers += text.split('HTTP/1.1 ').length - 1;
    if (answers >= wanted) next?.();
  });
  while (wanted < times) {
    const some = Array.from(
      { length: Math.min(batch, times - wanted) },
      (_, index) => requests[(wanted + index) % requests.length],
    );
    wanted += some.length;
    const answered = new Promise<void>((resolve) => (next = resolve));
    socket.write(Buffer.concat(some.flatMap((one) => one ?? [])));
    await answered;
  }
  socket.destroy();
  return answers;
}
