import type { ApiError, ErrorCode, ExchangeId, ExchangeView } from '../contract';
import type { World } from './world';

const LONG = `max-age=31536000; ${'report-uri=https://reports.example.net/very/long/path; '.repeat(6)}`;

/** Bodies that are not the list of tokens, by the exchange that they came with. */
export const bodies = new Map<ExchangeId, string>();

const largeJson = () =>
  `[\n${Array.from({ length: 60_000 }, (_, at) => `  { "id": ${at}, "amount": 115792089237316195423570985 }`).join(',\n')}\n]`;

/** Answers of an unusual shape, asked for by the path: `/shape/large` and so on. */
export function reshape(world: World, view: ExchangeView, path: string): void {
  const shape = /\/shape\/([a-z_]+)/.exec(path)?.[1];
  const { outcome } = view;
  if (outcome.kind === 'answer' && outcome.status >= 400) {
    const body = { error: outcome.reason, description: 'A made-up reason.', path };
    bodies.set(view.id, JSON.stringify(body, null, 2));
    Object.assign(outcome, { size: 120, sizeOnWire: 120 });
  }
  if (!shape || outcome.kind !== 'answer') return;
  switch (shape) {
    case 'large':
      Object.assign(outcome, { size: 12_400_000, sizeOnWire: 1_900_000, truncated: true });
      bodies.set(view.id, largeJson());
      break;
    case 'line':
      outcome.size = 1_200_002;
      bodies.set(view.id, JSON.stringify('0123456789abcdef'.repeat(75_000)));
      break;
    case 'binary':
      outcome.bodyKind = 'binary';
      break;
    case 'empty':
      Object.assign(outcome, { bodyKind: 'empty', size: 0, sizeOnWire: 0 });
      break;
    case 'long':
      outcome.headers.push({ name: 'content-security-policy', value: LONG });
      outcome.headers.push({ name: 'X-Request-ID', value: 'a-second-one' });
      view.bodyRequestId = '45c48cce-2e2d-4fbd-8a33-0b1d0c9f4e21';
      break;
    case 'redirect':
      Object.assign(outcome, { status: 302, reason: 'Found' });
      view.stoppedRedirect = 'https://elsewhere.example.net/swap/v5.2/1/tokens';
      break;
    case 'hops':
      view.redirects = [
        { status: 308, from: '/old/tokens', to: '/swap/v5.2/1/tokens', requestId: 'hop-1' },
      ];
      view.timing = { ...view.timing, reused: true, dnsUs: null, connectUs: null, tlsUs: null };
      break;
    default:
      view.outcome = { kind: 'failure', error: failure(shape as ErrorCode, world) };
      view.requestId = null;
  }
}

const failure = (code: ErrorCode, world: World): ApiError => ({
  code,
  message: 'The request met a made-up failure.',
  facts: { host: world.environment.host, port: '8417', seconds: '30', reason: 'Unknown issuer' },
});
