/** The method that stands for a WebSocket. */
export const SOCKET = 'WS';

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', SOCKET];

/** The first endpoint that the documentation shows, of each kind. */
export const EXAMPLE_PATH = '/swap/v5.2/1/tokens';
export const EXAMPLE_SOCKET_PATH = '/web3/1';

/** A URL in two: scheme and host, and what follows. A path alone has no host. */
export function splitUrl(url: string): { host: string; path: string } {
  const [, host = '', path = url] = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)(.*)$/is.exec(url) ?? [];
  return { host, path };
}

/** The path that names a request; the host when there is no path. */
export function titleOf(url: string): string {
  const { host, path } = splitUrl(url.trim());
  const bare = path.replace(/[?#].*$/s, '');
  return bare === '' || bare === '/' ? host.replace(/^[a-z]+:\/\//i, '') || '/' : bare;
}

export const isSocketUrl = (url: string) => /^wss?:\/\//i.test(url.trim());

/** The same address for a WebSocket, or back. */
export function withScheme(url: string, socket: boolean): string {
  return socket
    ? url.replace(/^http(s?):/i, (_, s: string) => `ws${s.toLowerCase()}:`)
    : url.replace(/^ws(s?):/i, (_, s: string) => `http${s.toLowerCase()}:`);
}

/** The colour class of a method. */
export const methodClass = (method: string) => method.toLowerCase();

/** The meaning of a status: class name of its colour. */
export function statusKind(status: number): 'ok' | 'warn' | 'bad' | 'lit' | 'plain' {
  if (status < 200) return 'lit';
  if (status < 300) return 'ok';
  if (status < 400) return 'plain';
  return status === 429 ? 'warn' : 'bad';
}
