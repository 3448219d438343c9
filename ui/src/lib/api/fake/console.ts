import type { CredentialView, ExchangeId, ExchangeView, HistoryRow, SocketId } from '../contract';
import type { Answers } from './commands';
import { tokensJson } from './data';
import { exchangeOf, sentRow } from './exchange';
import { bodies, reshape } from './shapes';
import type { World } from './world';

export function consoleCommands(world: World): Partial<Answers> {
  const scheme = () => new URL(world.environment.apiBase).protocol.replace(':', '');
  const row = (id: ExchangeId) => world.find(world.history, (one) => one.id === id, 'exchange');
  const exchange = (id: ExchangeId) => world.exchanges.get(id) ?? exchangeOf(row(id), scheme());
  const sockets = new Map<SocketId, number>();

  return {
    credentials: () => [
      ...world.apiKeys.map<CredentialView>((key) => ({
        credential: { kind: 'api_key', id: key.id },
        name: key.name,
        application: key.application,
        applicationName: world.row(key.application).name,
        last4: key.last4,
        expiresAt: null,
        usable: true,
      })),
      ...world.sessions.map<CredentialView>((session) => ({
        credential: { kind: 'session', id: session.id },
        name: session.clientName,
        application: session.application,
        applicationName: session.applicationName,
        last4: null,
        expiresAt: session.expiresAt,
        usable: session.state === 'active',
      })),
    ],

    async send({ sendId, draft, credential, allowForeignHost }): Promise<ExchangeView> {
      const url = new URL(draft.url, `${world.environment.apiBase}/`);
      if (credential && url.host !== world.environment.host && !allowForeignHost) {
        world.fail('foreign_host', { host: url.host, credential: 'router-read' });
      }
      const known = [...world.apiKeys, ...world.sessions].some(({ id }) => id === credential?.id);
      if (credential && !known) {
        world.fail('not_found', { what: credential.kind === 'session' ? 'session' : 'API key' });
      }
      const started = Date.now();
      const wait = url.pathname.includes('slow') ? 60_000 : 142;
      const cancelled = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), wait);
        world.sends.set(sendId, () => {
          clearTimeout(timer);
          resolve(true);
        });
      });
      const id = world.id<ExchangeId>('exch');
      const base: HistoryRow = {
        id,
        environmentId: world.environmentId,
        at: '',
        method: '',
        host: '',
        path: '',
        status: 200,
        failure: null,
        requestId: null,
        durationMs: 0,
        application: null,
        credential,
      };
      const made = sentRow(id, base, draft, url.host, url.pathname);
      const view = exchangeOf(made, scheme(), draft);
      reshape(world, view, url.pathname);
      if (view.outcome.kind === 'failure')
        Object.assign(made, { status: null, failure: 'No answer' });
      if (cancelled) {
        view.outcome = { kind: 'cancelled', afterMs: Date.now() - started };
        view.requestId = null;
        Object.assign(made, { status: null, failure: 'Cancelled', requestId: null });
      }
      world.exchanges.set(id, view);
      world.history.unshift(made);
      world.changed('history');
      world.emitStatus();
      return view;
    },
    cancel_send: ({ sendId }) => {
      world.sends.get(sendId)?.();
      return null;
    },
    exchange: ({ exchangeId }) => exchange(exchangeId),
    exchange_body: ({ exchangeId, form }) => {
      const whole = bodies.get(exchangeId) ?? tokensJson;
      const flat = bodies.has(exchangeId) ? whole : whole.replaceAll(/\s+/g, '');
      const texts = {
        pretty: whole,
        raw: flat,
        hex: '00000000  7b 22 74 6f 6b 65 6e 73  22 3a 7b 22 30 78 65 65  |{"tokens":{"0xee|',
      };
      return {
        text: texts[form].slice(0, 2_000_000),
        cut: whole.length > 2_000_000,
        size: whole.length,
      };
    },
    history: ({ search, limit, before }) => {
      const text = search.trim().toLowerCase();
      const found = world.history.filter((one) =>
        `${one.path} ${one.requestId ?? ''} ${one.method} ${one.status ?? ''}`
          .toLowerCase()
          .includes(text),
      );
      const from = before ? found.findIndex((one) => one.id === before) + 1 : 0;
      const own = world.environment.host;
      const rows = found.slice(from, from + limit);
      return {
        rows: rows.map((one) => ({ ...one, host: one.host === own ? '' : one.host })),
        total: found.length,
      };
    },
    remove_exchange: ({ exchangeId }) => {
      world.removed.push(row(exchangeId));
      world.history = world.history.filter((one) => one.id !== exchangeId);
      world.changed('history');
      return null;
    },
    restore_exchange: ({ exchangeId }) => {
      const found = world.find(world.removed, (one) => one.id === exchangeId, 'exchange');
      world.history = [...world.history, found].sort((a, b) => b.at.localeCompare(a.at));
      world.changed('history');
      return null;
    },
    copy_as_curl: () => {
      world.copy('cURL command', false);
      return null;
    },
    copy_for_support: () => {
      world.copy('Text for support', false);
      return null;
    },
    check_json: ({ text }) => {
      try {
        return { fault: null, formatted: JSON.stringify(JSON.parse(text), null, 2) };
      } catch {
        return { fault: 'Line 1: expected , or }', formatted: null };
      }
    },

    connect_socket: ({ socketId, url, credential, allowForeignHost }) => {
      const { host } = new URL(url);
      if (credential && host !== world.environment.host && !allowForeignHost) {
        world.fail('foreign_host', { host, credential: 'router-read' });
      }
      sockets.set(socketId, 0);
      const answered = world.history.find(({ requestId }) => requestId !== null);
      const base = structuredClone(exchange(answered?.id ?? ('' as ExchangeId)));
      if (base.outcome.kind === 'answer')
        Object.assign(base.outcome, {
          status: 101,
          reason: 'Switching Protocols',
          httpVersion: 'HTTP/1.1',
        });
      return { id: socketId, open: true, handshake: { ...base, sent: { ...base.sent, url } } };
    },
    send_message: ({ socketId, text, binary }) => {
      const number = (sockets.get(socketId) ?? 0) + 1;
      sockets.set(socketId, number + 1);
      const message = { at: new Date().toISOString(), text, binary, size: text.length };
      world.emit({
        event: 'socket_messages',
        data: { socketId, messages: [{ ...message, number: number + 1, direction: 'received' }] },
      });
      return { ...message, number, direction: 'sent' };
    },
    disconnect_socket: ({ socketId }) => {
      world.emit({
        event: 'socket_ended',
        data: { socketId, end: { by: 'you', code: 1000, reason: '' } },
      });
      return null;
    },
  };
}
