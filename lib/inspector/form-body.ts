import readStream from 'raw-body';
import type { InspectorRequest } from './view.ts';

const limit = 16 * 1_024;

/** The fields of a posted form, also if the app has parsed it already; undefined for anything but a form. */
export async function readForm(req: InspectorRequest): Promise<URLSearchParams | undefined> {
  const type = (req.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return undefined;
  if (req.readableEnded || req.destroyed) return fieldsOf(req.body);
  try {
    return new URLSearchParams(await readStream(req, { limit, encoding: 'utf8' }));
  } catch {
    return undefined;
  }
}

function fieldsOf(body: unknown): URLSearchParams | undefined {
  if (typeof body === 'string') return new URLSearchParams(body);
  if (Buffer.isBuffer(body)) return new URLSearchParams(body.toString());
  if (typeof body !== 'object' || body === null) return undefined;
  const texts = Object.entries(body).filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return new URLSearchParams(texts);
}
