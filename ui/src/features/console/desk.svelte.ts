import { call, toApiError } from '../../lib/api';
import type {
  ApiError,
  CredentialRef,
  Draft,
  EnvironmentId,
  EnvironmentView,
  ExchangeId,
  ExchangeView,
} from '../../lib/api/contract';
import { app } from '../../lib/state/app.svelte';
import { on } from '../../lib/state/events';
import { route, type Place } from '../../lib/state/route.svelte';
import { shortcuts } from '../../lib/state/shortcuts.svelte';
import { undo } from '../../lib/state/undo.svelte';
import { emptyDraft } from './draft.svelte';
import { History } from './history.svelte';
import { RequestTab } from './tab.svelte';
import { EXAMPLE_PATH } from './url';
import { words } from './words';

/** The open requests of one environment, and its history. It outlives the page. */
export class Desk {
  readonly history: History;
  tabs = $state.raw<readonly RequestTab[]>([]);
  error = $state.raw<ApiError | null>(null);

  readonly #environmentId: EnvironmentId;
  #selected = $state('');
  #asked = 0;

  constructor({ id, apiBase }: EnvironmentView) {
    this.#environmentId = id;
    this.history = new History(id);
    this.#add(emptyDraft(apiBase));
  }

  get tab(): RequestTab {
    const tab = this.tabs.find(({ id }) => id === this.#selected) ?? this.tabs[0];
    if (!tab) throw new Error('A desk has at least one tab.');
    return tab;
  }

  select(tab: RequestTab): void {
    this.#selected = tab.id;
  }

  open(): RequestTab {
    // The next request most often goes out with the same credential.
    const credential = this.tabs.length > 0 ? this.tab.credential : null;
    return this.#add(emptyDraft(app.environment?.apiBase ?? ''), credential);
  }

  step(by: 1 | -1): void {
    const at = this.tabs.indexOf(this.tab);
    const next = this.tabs[(at + by + this.tabs.length) % this.tabs.length];
    if (next) this.select(next);
  }

  /** Closes a request: what runs in it is stopped. An edited one can be brought back. */
  close(tab: RequestTab): void {
    const at = this.tabs.indexOf(tab);
    if (at < 0) return;
    tab.cancel();
    void tab.connection.disconnect();
    const wasSelected = tab === this.tab;
    const rest = this.tabs.filter((other) => other !== tab);
    this.tabs = rest;
    if (rest.length === 0) this.open();
    else if (wasSelected) this.select(rest[Math.min(at, rest.length - 1)] ?? this.tab);
    if (!tab.draft.edited) return;
    undo.show({
      text: words.tabs.closed,
      undo: () => {
        this.tabs = this.tabs.toSpliced(at, 0, tab);
        this.select(tab);
      },
    });
  }

  /**
   * Opens a request with this credential, in the open tab when nothing was written there. It asks
   * for the first documented endpoint: the bare base would answer with the portal's pages.
   */
  use(credential: CredentialRef): void {
    const tab = this.tab.replaceable && !this.tab.shown ? this.tab : this.open();
    tab.draft.load(emptyDraft(`${app.environment?.apiBase ?? ''}${EXAMPLE_PATH}`));
    tab.setCredential(credential);
    this.select(tab);
  }

  /** Shows an exchange of the history: where it is open, in an unedited tab, or in a new one. */
  async show(exchangeId: ExchangeId, inNewTab = false): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const open = this.tabs.find(({ shown }) => shown?.id === exchangeId);
    if (open && !inNewTab) {
      this.select(open);
      return;
    }
    try {
      const exchange = await call('exchange', { exchangeId });
      if (asked !== this.#asked) return;
      this.error = null;
      this.#show(exchange, inNewTab);
    } catch (caught) {
      if (asked === this.#asked) this.error = toApiError(caught);
    }
  }

  /** Shows what the search of the history found, when that is one exchange. */
  async showFound(): Promise<void> {
    const only = await this.history.only();
    if (only) await this.show(only);
  }

  /** Sends what a redirect to another host asks for, without the credential, in a new tab. */
  follow(tab: RequestTab, target: string): void {
    const { exchange } = tab;
    const status = exchange?.outcome.kind === 'answer' ? exchange.outcome.status : 302;
    const next = this.#add(redirected(exchange?.draft ?? tab.draft.value, status, target));
    void next.send({ withoutCredential: true });
  }

  /** Forgets what came back; on lock. Drafts stay. */
  forget(): void {
    this.history.clear();
    for (const tab of this.tabs) tab.forget();
  }

  #show(exchange: ExchangeView, inNewTab: boolean): void {
    const tab =
      !inNewTab && this.tab.replaceable ? this.tab : this.#add(emptyDraft(exchange.sent.url));
    tab.show(exchange);
    this.select(tab);
  }

  #add(draft: Draft, credential: CredentialRef | null = null): RequestTab {
    const tab = new RequestTab(this.#environmentId, draft);
    tab.credential = credential;
    this.tabs = [...this.tabs, tab];
    this.select(tab);
    return tab;
  }
}

const CREDENTIAL_HEADERS = /^(authorization|proxy-authorization|cookie|.*(api-?key|token).*)$/i;

/** The request that a redirect asks for (RFC 9110 §15.4), without headers that hold a credential. */
export function redirected(draft: Draft, status: number, target: string): Draft {
  const keeps = status === 307 || status === 308;
  const becomesGet = status === 303 ? draft.method !== 'HEAD' : draft.method === 'POST';
  const method = !keeps && becomesGet ? 'GET' : draft.method;
  return {
    method,
    url: target,
    params: [],
    headers: draft.headers.filter(({ name }) => !CREDENTIAL_HEADERS.test(name.trim())),
    body: keeps ? draft.body : { kind: 'none' },
  };
}

/** The desk of each environment. */
class Desks {
  // What the page was last opened for: done once, not again when it is shown again.
  done: Place | undefined;
  readonly #all = new Map<EnvironmentId, Desk>();

  constructor() {
    on('status', ({ phase }) => {
      if (phase === 'locked') for (const desk of this.#all.values()) desk.forget();
    });
    // From everywhere: open the console and go there. The page itself takes these keys over.
    const go = (focus: 'url' | 'search') => () => {
      if (app.status?.phase === 'open') route.go({ page: 'console', focus });
    };
    shortcuts.use({ url: go('url'), findRequest: go('search') });
  }

  of(environment: EnvironmentView): Desk {
    const desk = this.#all.get(environment.id) ?? new Desk(environment);
    this.#all.set(environment.id, desk);
    return desk;
  }
}

export const desks = new Desks();
