import { createServer, type RequestListener } from 'node:http';
import express5 from 'express';
import express4 from 'express4';
import { isGenuine, secretText } from '../requests.ts';

// What a user would write or pick instead. None of these stores anything.

type Framework = typeof express5;

export function bare(): RequestListener {
  return (req, res) => {
    req.on('data', () => {}).on('end', () => res.end('ok'));
  };
}

export function expressRaw(framework: Framework): RequestListener {
  const app = framework();
  app.post('/callbacks/imtoken', framework.raw({ type: '*/*' }), (_req, res) => {
    res.status(200).end('ok');
  });
  return app;
}

/** The handler that everybody writes by hand: raw body, HMAC, timingSafeEqual, JSON.parse. */
export function byHand(framework: Framework): RequestListener {
  const app = framework();
  const key = Buffer.from(secretText, 'base64');
  app.post('/callbacks/imtoken', framework.raw({ type: '*/*' }), (req, res) => {
    if (!isGenuine(req, key)) {
      res.status(401).end();
      return;
    }
    const event = JSON.parse(req.body.toString());
    if (typeof event.data.amount !== 'string') throw new TypeError('amount');
    res.status(200).end('ok');
  });
  return app;
}

export async function octokit(): Promise<RequestListener> {
  const { createNodeMiddleware, Webhooks } = await import('@octokit/webhooks');
  const webhooks = new Webhooks({ secret: secretText });
  webhooks.on('push', () => {});
  return createNodeMiddleware(webhooks, { path: '/callbacks/imtoken' });
}

export async function octokitOnExpress(): Promise<RequestListener> {
  const app = express5();
  app.use(await octokit());
  return app;
}

export async function stripe(): Promise<RequestListener> {
  const { default: Stripe } = await import('stripe');
  const client = new Stripe('sk_test_bench');
  const app = express5();
  app.post('/callbacks/imtoken', express5.raw({ type: '*/*' }), (req, res) => {
    client.webhooks.constructEvent(req.body, req.get('stripe-signature') ?? '', secretText, 86_400);
    res.status(200).end('ok');
  });
  return app;
}

export async function standardWebhooks(): Promise<RequestListener> {
  const { Webhook } = await import('standardwebhooks');
  const webhook = new Webhook(secretText);
  const app = express5();
  app.post('/callbacks/imtoken', express5.raw({ type: '*/*' }), (req, res) => {
    webhook.verify(req.body, req.headers as Record<string, string>);
    res.status(200).end('ok');
  });
  return app;
}

export async function line(): Promise<RequestListener> {
  const { middleware } = await import('@line/bot-sdk');
  const app = express5();
  app.post('/callbacks/imtoken', middleware({ channelSecret: secretText }), (_req, res) => {
    res.status(200).end('ok');
  });
  return app;
}

export async function slack(): Promise<RequestListener> {
  const { App, ExpressReceiver } = await import('@slack/bolt');
  const receiver = new ExpressReceiver({ signingSecret: secretText, endpoints: '/callbacks/imtoken' });
  // With its own id known, Bolt need not ask Slack's API who it is, which it would do before each answer.
  const identity = { botId: 'B1', botUserId: 'U0' };
  const app = new App({ token: 'xoxb-bench', ...identity, receiver, tokenVerificationEnabled: false });
  app.event('app_mention', async () => {});
  return receiver.app as RequestListener;
}

export { createServer, express4, express5 };
