/** The copy of the server page (S9). */
export const words = {
  title: 'Server',
  refresh: 'Refresh',
  refreshing: 'Reading server metadata…',
  stillLoading: 'Still loading',
  fetched: (when: string) => `Fetched ${when.replace(/^[JY]/, (letter) => letter.toLowerCase())}`,
  read: 'Server metadata read',
  notRead: {
    title: 'Not read yet',
    text: 'The metadata says where to sign in and where to get tokens.',
    act: 'Read metadata',
  },
  stopped:
    'Nothing new is begun with this server until it says again what was accepted. Tokens that you have still work.',

  issuer: 'Issuer',
  copyIssuer: 'Copy issuer',
  gateway: 'API gateway',
  copyGateway: 'Copy API gateway',
  view: 'View',
  tabs: { overview: 'Overview', raw: 'Raw JSON' },

  endpoints: {
    title: 'Endpoints',
    caption: (host: string) => `Endpoints of ${host}`,
    columns: { endpoint: 'Endpoint', address: 'Address', checks: 'Checks' },
    actions: 'Actions',
    notOffered: 'Not offered',
    https: 'HTTPS',
    notHttps: 'No HTTPS',
    onThisComputer: 'On this computer',
    sameHost: 'Same host as issuer',
    otherHost: 'Another host',
    copy: (name: string) => `Copy ${name}`,
    /** What cannot be done without it. */
    without: {
      authorization_endpoint: 'Sign-in through the browser is not available.',
      token_endpoint: 'Tokens cannot be fetched.',
      registration_endpoint: 'Clients are made in the portal, then imported.',
      jwks_uri: 'Signatures of tokens are not checked.',
      revocation_endpoint: 'Revoke is not available.',
      introspection_endpoint: 'Inchkeep does not need it.',
      userinfo_endpoint: 'Inchkeep does not need it.',
    } as Record<string, string>,
  },

  supported: {
    title: 'Supported',
    grants: 'Grants',
    challenge: 'PKCE methods',
    auth: 'Client authentication',
    scopes: 'Scopes',
    noS256: 'PKCE S256 not listed',
    notListed: 'Not listed',
  },
  notes: 'Worth knowing',
  copyRaw: 'Copy metadata',
  raw: 'Metadata as it came',
} as const;
