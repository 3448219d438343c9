// An OAuth server that we did not write: npm `oidc-provider`, set up with the
// documented paths, an initial access token, and `application_id` for the code
// grant. Beside it a tiny API that takes its access tokens.
//
//   node tests/peers/oidc-provider.mjs [--opaque] [--no-rotation]
//
// Prints one line of JSON with its address, the portal access token and the
// application id once it listens; ends when its standard input closes.
import { randomUUID, randomBytes } from 'node:crypto';
import http from 'node:http';
import Provider, { errors } from 'oidc-provider';

const flags = new Set(process.argv.slice(2));
const portalToken = `portal_${randomBytes(24).toString('base64url')}`;
const applicationId = 'app_01J8Q4ZT6M';
const accessTokenLife = 1800;

const server = http.createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;
const api = `${issuer}/swap`;

/** Refuses a registration as RFC 7591 §3.2.2 says. */
function refuseMetadata(description) {
  throw new errors.InvalidClientMetadata(description);
}

const provider = new Provider(issuer, {
  routes: {
    authorization: '/oauth/authorize',
    token: '/oauth/token',
    registration: '/oauth/register',
    revocation: '/oauth/revoke',
    jwks: '/oauth/jwks',
  },
  scopes: ['swap:read', 'balance:read', 'offline_access'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
  pkce: { required: () => true },
  rotateRefreshToken: () => !flags.has('--no-rotation'),
  issueRefreshToken: (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  ttl: { AccessToken: accessTokenLife, ClientCredentials: accessTokenLife },
  extraClientMetadata: {
    properties: ['application_id'],
    validator(_ctx, key, value, metadata) {
      const code = metadata.grant_types?.includes('authorization_code');
      if (key === 'application_id' && code && value !== applicationId) {
        refuseMetadata('application_id is required for authorization_code');
      }
    },
  },
  features: {
    clientCredentials: { enabled: true },
    revocation: { enabled: true, allowedPolicy: () => true },
    introspection: { enabled: false },
    registration: { enabled: true, initialAccessToken: portalToken },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => api,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        scope: 'swap:read balance:read',
        audience: api,
        accessTokenTTL: accessTokenLife,
        accessTokenFormat: flags.has('--opaque') ? 'opaque' : 'jwt',
      }),
    },
  },
  findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  cookies: { keys: [randomBytes(16).toString('hex')] },
});

/** Tokens that were handed out and not revoked: the API asks here, as a gateway would. */
const issued = new Set();
const remember = (token) => token && issued.add(token);

provider.use(async (ctx, next) => {
  ctx.set('X-Request-Id', randomUUID());
  if (ctx.path.startsWith('/swap/')) {
    const token = /^Bearer (.+)$/i.exec(ctx.get('authorization'))?.[1];
    if (!issued.has(token)) {
      ctx.status = 401;
      ctx.set('WWW-Authenticate', 'Bearer error="invalid_token"');
      ctx.body = { statusCode: 401, message: 'Unauthorized' };
      return;
    }
    ctx.body = { tokens: { '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee': { symbol: 'ETH' } } };
    return;
  }
  if (ctx.path === '/.well-known/oauth-authorization-server') {
    ctx.path = '/.well-known/openid-configuration';
  }
  await next();
  if (ctx.path === '/oauth/token' && ctx.status === 200) remember(ctx.body?.access_token);
});

server.on('request', provider.callback());
process.stdout.write(`${JSON.stringify({ issuer, portalToken, applicationId })}\n`);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
