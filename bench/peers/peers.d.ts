// What is used of packages that only bench/peers/package.json installs, so that types are checked without them.

declare module '@octokit/webhooks' {
  import type { RequestListener } from 'node:http';
  export class Webhooks {
    constructor(options: { secret: string });
    on(event: string, listener: () => void): void;
  }
  export function createNodeMiddleware(webhooks: Webhooks, options: { path: string }): RequestListener;
}

declare module 'stripe' {
  export default class Stripe {
    constructor(apiKey: string);
    webhooks: { constructEvent(body: Buffer, signature: string, secret: string, tolerance: number): object };
  }
}

declare module '@line/bot-sdk' {
  import type { RequestHandler } from 'express';
  export function middleware(options: { channelSecret: string }): RequestHandler;
}

declare module '@slack/bolt' {
  export class ExpressReceiver {
    constructor(options: { signingSecret: string; endpoints: string });
    app: object;
  }
  export class App {
    constructor(options: {
      token: string;
      botId: string;
      botUserId: string;
      receiver: ExpressReceiver;
      tokenVerificationEnabled: boolean;
    });
    event(name: string, listener: () => Promise<void>): void;
  }
}

declare module 'graphile-worker' {
  import type { ClientBase } from 'pg';
  export class Logger {
    constructor(factory: () => (level: string, message: string) => void);
  }
  export function run(options: {
    preset: {
      worker: {
        connectionString: string;
        concurrentJobs: number;
        maxPoolSize: number;
        localQueue: { size: number };
        completeJobBatchDelay: number;
        failJobBatchDelay: number;
        logger: Logger;
      };
    };
    noHandleSignals: boolean;
    taskList: Record<
      string,
      (
        payload: unknown,
        helpers: { withPgClient<T>(work: (client: ClientBase) => Promise<T>): Promise<T> },
      ) => Promise<void>
    >;
  }): Promise<object>;
}
