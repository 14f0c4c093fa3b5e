import { randomBytes } from 'node:crypto';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { signCallback } from 'deposit-callback/testing';

/** What a cheat would try with a callback that was credited. Each is sent over HTTP. */
export const tricks = ['again', 'tampered', 'forged', 'old', 'stranger', 'lie'] as const;
/** With what the ids of these deliveries begin. */
export const trickId = 'trick_';
export type Trick = (typeof tricks)[number];

export function isTrick(text: unknown): text is Trick {
  return tricks.some((one) => one === text);
}

/** The callback that is played with. */
export interface Taken {
  body: Buffer;
  deliveryId: string;
}

/** Sends it, and returns the status of the answer. */
export async function play(
  trick: Trick,
  { body, deliveryId }: Taken,
  options: { secret: string; callbackUrl: string; strangerUrl: string },
): Promise<number> {
  const { secret, callbackUrl, strangerUrl } = options;
  const isSigned = trick !== 'forged';
  const signed = signCallback(imtoken({ secrets: [secret] }), {
    // A secret that the exchange never had.
    secret: isSigned ? secret : `whsec_${randomBytes(32).toString('base64')}`,
    body: trick === 'lie' ? multiplied(body) : body,
    now: Date.now() - (trick === 'old' ? 3_600_000 : 0),
    id: trick === 'again' ? deliveryId : `${trickId}${randomBytes(12).toString('hex')}`,
  });
  const response = await fetch(trick === 'stranger' ? strangerUrl : callbackUrl, {
    method: 'POST',
    headers: signed.headers,
    body: new Uint8Array(trick === 'tampered' ? multiplied(signed.body) : signed.body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** A hundred times the amount. */
function multiplied(body: Buffer): Buffer {
  return Buffer.from(body.toString().replace(/"amount": *"\d+/, (amount) => `${amount}00`));
}
