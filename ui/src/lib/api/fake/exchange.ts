import type {
  ApiError,
  Draft,
  ExchangeId,
  ExchangeView,
  HistoryRow,
  OutcomeView,
} from '../contract';
import { REQUEST_ID } from './data';

const answer = (status: number, reason: string, requestId: string | null): OutcomeView => ({
  kind: 'answer',
  status,
  reason,
  httpVersion: 'HTTP/2',
  remoteAddress: '104.18.32.7:443',
  headers: [
    { name: 'content-type', value: 'application/json; charset=utf-8' },
    { name: 'content-length', value: '18841' },
    { name: 'date', value: new Date().toUTCString() },
    ...(requestId === null ? [] : [{ name: 'X-Request-Id', value: requestId }]),
    { name: 'cache-control', value: 'public, max-age=60' },
    { name: 'content-encoding', value: 'gzip' },
    { name: 'etag', value: 'W/"4999-kQ7fVxJ0b2lQ0yq3mR5pSg"' },
    { name: 'ratelimit-limit', value: '60' },
    { name: 'ratelimit-remaining', value: '57' },
    { name: 'ratelimit-reset', value: '41' },
    { name: 'strict-transport-security', value: 'max-age=31536000; includeSubDomains' },
    { name: 'vary', value: 'Accept-Encoding, Origin' },
    { name: 'x-response-time', value: '96 ms' },
  ],
  bodyKind: status === 204 ? 'empty' : 'json',
  sizeOnWire: 18_400,
  size: 74_812,
  truncated: false,
});

const explanations: Record<number, string> = {
  401: 'The server did not accept this credential. It may have been revoked.',
  403: 'The credential is valid but may not do this. Granted scopes: swap.',
  429: 'Too many requests. Try again in 41 s.',
  500: 'The server failed. Its logs can be found by this request ID.',
};
const reasons: Record<number, string> = {
  200: 'OK',
  101: 'Switching Protocols',
  204: 'No Content',
  401: 'Unauthorized',
  403: 'Forbidden',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
};

/** The exchange behind a row of the history. */
export function exchangeOf(row: HistoryRow, scheme: string, draft?: Draft): ExchangeView {
  const url = `${scheme}://${row.host}${row.path}`;
  const error: ApiError = {
    code: 'timed_out',
    message: 'No answer within the time limit.',
    facts: { seconds: '30' },
  };
  const failed = row.status === null;
  const parts = failed ? null : Math.max(0, row.durationMs - 46);
  return {
    id: row.id,
    environmentId: row.environmentId,
    at: row.at,
    sent: {
      method: row.method,
      url,
      headers: [
        { name: 'accept', value: 'application/json' },
        { name: 'user-agent', value: 'Inchkeep/0.1.0' },
        { name: 'authorization', value: 'Bearer ••••••••7Qx2' },
      ],
      body: null,
    },
    draft: draft ?? { method: row.method, url, params: [], headers: [], body: { kind: 'none' } },
    credential: row.credential,
    credentialLabel: 'API key router-read (ends 7Qx2)',
    placement: 'header',
    outcome:
      row.status === null
        ? { kind: 'failure', error }
        : answer(row.status, reasons[row.status] ?? '', row.requestId),
    timing: {
      dnsUs: failed ? null : 3000,
      connectUs: failed ? null : 11_000,
      tlsUs: failed ? null : 24_000,
      waitingUs: parts === null ? null : parts * 1000,
      downloadUs: failed ? null : 8000,
      totalUs: row.durationMs * 1000,
      reused: false,
    },
    requestId: row.requestId,
    bodyRequestId: null,
    redirects: [],
    stoppedRedirect: null,
    explanation: row.status === null ? null : (explanations[row.status] ?? null),
  };
}

/** A row for what has just been sent: `/status/401` answers 401, and so on. */
export function sentRow(
  id: ExchangeId,
  base: HistoryRow,
  draft: Draft,
  host: string,
  path: string,
): HistoryRow {
  const status = Number(/\/status\/(\d{3})/.exec(path)?.[1] ?? 200);
  return {
    ...base,
    id,
    at: new Date().toISOString(),
    method: draft.method,
    host,
    path,
    status,
    failure: null,
    requestId: path.includes('no-id') ? null : REQUEST_ID.replace('8f14', id.slice(-4)),
    durationMs: 142,
  };
}
