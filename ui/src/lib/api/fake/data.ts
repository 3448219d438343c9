import type {
  ApiKeyId,
  ApiKeyView,
  ApplicationKey,
  ApplicationRow,
  EnvironmentId,
  EnvironmentView,
  ErrorCode,
  ExchangeId,
  HistoryRow,
  OAuthClientId,
  OAuthClientView,
  SessionId,
  SessionView,
  Settings,
} from '../contract';

/** The data of the mock-ups, with times relative to now. */
const MINUTE = 60_000;
export const ago = (minutes: number) => new Date(Date.now() - minutes * MINUTE).toISOString();
export const within = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

export const REQUEST_ID = '8f14e45f-ceea-467f-9a1d-3b0f2c7e6d54';

export const settings: Settings = {
  theme: 'system',
  textSize: 100,
  clearClipboardAfter: 30,
  hideSecretsAfter: 30,
  hideSecretsOnBlur: true,
  lockAfter: 10,
  requestTimeout: 30,
  keepRequests: 10_000,
};

const environment = (
  id: string,
  kind: EnvironmentView['kind'],
  name: string,
  apiBase: string,
): EnvironmentView => ({
  id: id as EnvironmentId,
  kind,
  name,
  apiBase,
  authorizationServer: null,
  portal: kind === 'own' ? null : 'https://business.1inch.com/portal',
  logRetentionDays: null,
  host: new URL(apiBase).host,
  sandboxRunning: kind === 'sandbox',
});

export const sandbox = environment('env-sandbox', 'sandbox', 'Sandbox', 'http://127.0.0.1:8417');
export const production = environment(
  'env-live',
  'production',
  'Production',
  'https://api.1inch.com',
);
export const staging = environment('env-own', 'own', 'Staging', 'https://staging.example.net');
export const environments = [sandbox, production, staging];

const names = ['Treasury Router', 'Portfolio Widget', 'Market Relay', 'Partner Onboarding'];
export const applications: ApplicationRow[] = names.map((name, at) => ({
  key: `app-${at}` as ApplicationKey,
  environmentId: sandbox.id,
  name,
  applicationId: `app_01J8Q4ZT6${'MNPR'.charAt(at)}`,
  apiKeys: at === 0 ? 3 : at === 1 ? 1 : 0,
  oauthClients: at === 0 ? 3 : at === 2 ? 1 : 0,
  activeSessions: at === 0 ? 2 : 0,
  expiringSessions: at === 0 ? 1 : 0,
  lastUsed: at === 3 ? null : ago(2 + at * 90),
}));
const router = applications[0]?.key ?? ('app-0' as ApplicationKey);

const key = (name: string, last4: string, lastUsed: number, extra?: Partial<ApiKeyView>) => ({
  id: `key-${name}` as ApiKeyId,
  application: router,
  name,
  last4,
  lastUsed: ago(lastUsed),
  lastStatus: 200,
  sentInUrl: 0,
  addedAt: ago(40_000),
  ...extra,
});
export const apiKeys: ApiKeyView[] = [
  key('router-read', '7Qx2', 2),
  key('ci-smoke', '9dKe', 1180),
  key('ws-stream', 'Vw3L', 3140, { lastStatus: 101, sentInUrl: 3 }),
];

const session = (
  name: string,
  grant: SessionView['grant'],
  lifeMinutes: number,
  left: number,
  extra?: Partial<SessionView>,
): SessionView => ({
  id: `session-${name}` as SessionId,
  oauthClientId: `client-${name}` as OAuthClientId,
  clientName: name,
  application: router,
  applicationName: 'Treasury Router',
  environmentId: sandbox.id,
  grant,
  state: 'active',
  issuedAt: ago(lifeMinutes - left / 60),
  expiresAt: within(left),
  hasRefreshToken: grant === 'authorization_code',
  keepSignedIn: true,
  refreshError: null,
  lastUsed: ago(2),
  ...extra,
});
export const sessions: SessionView[] = [
  session('Settlement worker', 'client_credentials', 60, 2530),
  session('Desktop sign-in', 'authorization_code', 30, 108),
  session('Partner web app', 'authorization_code', 30, -7200, {
    state: 'sign_in_needed',
    hasRefreshToken: false,
  }),
];

const client = (
  at: number,
  clientId: string,
  source: OAuthClientView['source'],
): OAuthClientView => {
  const own = sessions[at];
  if (!own) throw new Error('There is a client without a session.');
  return {
    id: own.oauthClientId,
    application: router,
    name: own.clientName,
    clientId,
    grant: own.grant,
    source,
    hasSecret: own.grant === 'client_credentials',
    last4: own.grant === 'client_credentials' ? 'k3Fp' : null,
    session: own,
    addedAt: ago(20_000),
  };
};
export const clients: OAuthClientView[] = [
  client(0, 'cl_9f2b7c1e4d', 'portal'),
  client(1, 'cl_51aa0e77c2', 'registered_here'),
  client(2, 'cl_e03d5b96af', 'registered_here'),
];

const asked: [number | null, string, string, string, number, number][] = [
  [200, 'GET', '/swap/v5.2/1/tokens', REQUEST_ID, 2, 142],
  [401, 'GET', '/portfolio/v4/overview', '1679091c-5a88-4f0d-b2f6-71c44be8d3a0', 3, 38],
  [200, 'GET', '/swap/v5.2/1/quote', 'c9f0f895-fb98-4b91-8f3e-0c5a9d2b4e77', 6, 211],
  [101, 'WS', '/web3/1', '45c48cce-2e2d-4fbd-9c3a-1f6f0b1f2a3c', 9, 240_000],
  [429, 'GET', '/swap/v5.2/1/quote', 'd3d94468-02a4-4259-b55d-38e6d163e820', 10, 29],
  [200, 'POST', '/oauth/token', '6512bd43-d9ca-46e0-8c99-0b0a82652dca', 22, 88],
  [200, 'GET', '/balance/v1.2/1/balances', 'c20ad4d7-6fe9-4759-aa27-a0c99bff6710', 24, 164],
  [500, 'GET', '/swap/v5.2/56/tokens', 'c51ce410-c124-4a10-b0db-5e4b97fc2af3', 27, 1210],
  [null, 'GET', '/token/v1.3/1/search', '', 28, 30_000],
  [200, 'GET', '/swap/v5.2/1/tokens', '9bf31c7f-f062-4936-a96d-3c8bd1f8f2ff', 1184, 139],
  [200, 'POST', '/oauth/register', 'c74d97b0-1eae-457e-84aa-9d5bade93baf', 1202, 120],
  [
    200,
    'GET',
    '/.well-known/oauth-authorization-server',
    '70efdf2e-c9b0-4c60-9779-5da636b0d251',
    1205,
    61,
  ],
  [403, 'GET', '/history/v2.0/history', '6f4922f4-5568-4b61-8a3c-dc4a5f9b5a6e', 1223, 44],
  [200, 'GET', '/gas-price/v1.6/1', '1f0e3dad-9990-4345-b743-9f8ffabdffc4', 1224, 52],
];

const historyRow = (at: number): HistoryRow => {
  const [status, method, path, id, minutes, durationMs] = asked[at % asked.length] ??
    asked[0] ?? [200, 'GET', '/', '', 0, 0];
  const round = Math.floor(at / asked.length);
  return {
    id: `exchange-${at}` as ExchangeId,
    environmentId: sandbox.id,
    at: ago(minutes + round * 1440),
    method,
    host: sandbox.host,
    path,
    status,
    failure: status === null ? 'No answer within 30 s' : null,
    requestId:
      id === '' ? null : round === 0 ? id : `${String(round).padStart(8, '0')}${id.slice(8)}`,
    durationMs,
    application: router,
    credential: method === 'POST' ? null : { kind: 'api_key', id: 'key-router-read' as ApiKeyId },
  };
};
export const manyRequests = (amount: number) =>
  Array.from({ length: amount }, (_, at) => historyRow(at));
export const history: HistoryRow[] = manyRequests(asked.length);

/** Facts that made-up failures carry. */
export const failureFacts = {
  host: 'api.1inch.com',
  port: '8417',
  seconds: '30',
  reason: 'The certificate ended on 3 May 2026.',
  url: 'https://api.1inch.com/.well-known/oauth-authorization-server',
  status: '404',
  expected: 'https://api.1inch.com',
  named: 'https://login.example.net',
  uri: 'http://127.0.0.1:43117/callback',
  description: 'Only https addresses are taken',
};
export const failuresWithId = new Set<ErrorCode>([
  'client_refused',
  'session_ended',
  'portal_token_refused',
  'registration_refused',
  'token_server_busy',
]);

export const tokensJson = `{
  "tokens": {
    "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee": {
      "symbol": "ETH",
      "name": "Ether",
      "decimals": 18,
      "address": "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
      "tags": ["native", "PEG:ETH"]
    },
    "0x111111111117dc0aa78b770fa6a738034120c302": {
      "symbol": "1INCH",
      "name": "1INCH Token",
      "decimals": 18,
      "totalSupply": 1500000000000000000000000000,
      "eip2612": true,
      "logoURI": null
    }
  }
}
`;
