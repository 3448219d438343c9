import type { Backend } from './backend';
import type { AppEvent } from './contract';

/** The bridge of the tests: the same commands over HTTP, behind the token of its start URL. */
export function bridge(token: string): Backend {
  return {
    async call(name, request) {
      const answer = await fetch(`/rpc/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-bridge-token': token },
        body: JSON.stringify(request),
      });
      const body: unknown = await answer.json();
      // The body of a refusal is an ApiError; the caller turns it into a Failure.
      if (!answer.ok) throw body;
      return body;
    },
    listen(handler) {
      const events = new EventSource(`/events?token=${encodeURIComponent(token)}`);
      events.addEventListener('message', (message: MessageEvent<string>) => {
        handler(JSON.parse(message.data) as AppEvent);
      });
      // Calls made after this have their events delivered.
      return new Promise((resolve) => {
        events.addEventListener('open', () => resolve(() => events.close()), { once: true });
      });
    },
    zoom: () => Promise.resolve(false),
  };
}

/** Takes the token out of the start URL, and out of the address bar. */
export function takeBridgeToken(): string {
  const url = new URL(location.href);
  const token = url.searchParams.get('bridge') ?? '';
  url.searchParams.delete('bridge');
  history.replaceState(null, '', url);
  return token;
}
