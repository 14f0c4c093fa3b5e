import type { IncomingMessage, ServerResponse } from 'node:http';
import helmet from 'helmet';

const own = ["'self'"];
const nothing = ["'none'"];

const setHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: nothing,
      scriptSrc: own,
      styleSrc: own,
      imgSrc: own,
      connectSrc: own,
      formAction: own,
      frameAncestors: nothing,
      baseUri: nothing,
    },
  },
  xFrameOptions: { action: 'deny' },
  // Under no-referrer a browser sends `Origin: null` with our own forms.
  referrerPolicy: { policy: 'same-origin' },
  // It speaks for the whole host, which is the app's to decide.
  strictTransportSecurity: false,
});

/** The headers of every answer of the inspector, refusals too. Those that the app has set already are overwritten. */
export function protect(req: IncomingMessage, res: ServerResponse): void {
  setHeaders(req, res, () => {});
  res.setHeader('cache-control', 'no-store');
}
