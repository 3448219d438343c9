import { call, toApiError } from '../../lib/api';
import type {
  ApiError,
  ApplicationKey,
  EnvironmentId,
  Grant,
  ImportClientRequest,
  OAuthClientView,
  RegisterClientRequest,
  SecretDraft,
} from '../../lib/api/contract';
import { lists } from '../../lib/state/lists.svelte';
import type { NewClientWay } from '../../lib/state/new-client.svelte';
import { redirectUriProblem, splitScopes } from './redirect-uris';
import { words } from './words';

const LOOPBACK = 'http://127.0.0.1/callback';
const LONGEST_NAME = 64;

export type Field = 'name' | 'application' | 'scopes' | 'token' | 'clientId' | 'secret';
type Problems = Record<Field, string | null>;

export interface UriRow {
  text: string;
  problem: string | null;
}

const uriRow = (text: string): UriRow => ({ text, problem: null });
const noProblems = (): Problems => ({
  name: null,
  application: null,
  scopes: null,
  token: null,
  clientId: null,
  secret: null,
});

/** What is filled in for a new client. Both ways share it, so that a switch loses nothing. */
export class ClientForm {
  way = $state<NewClientWay>('register');
  application = $state<ApplicationKey>() as ApplicationKey;
  name = $state('');
  grant = $state<Grant>('client_credentials');
  uris = $state<UriRow[]>([uriRow(LOOPBACK)]);
  refreshToken = $state(true);
  scopes = $state('');
  token = $state.raw<SecretDraft | null>(null);
  keepToken = $state(false);
  clientId = $state('');
  secret = $state.raw<SecretDraft | null>(null);

  /** Whether the vault keeps a portal access token; null while that is not known. */
  hasKeptToken = $state<boolean | null>(null);
  problems = $state(noProblems());
  error = $state.raw<ApiError | null>(null);
  busy = $state(false);
  /** The last registration was stopped by the person. */
  cancelled = $state(false);
  created = $state.raw<OAuthClientView | null>(null);

  readonly owner = $derived(lists.applications.rows.find(({ key }) => key === this.application));
  readonly registration = $derived<RegisterClientRequest>({
    application: this.application,
    name: this.name.trim(),
    grant: this.grant,
    redirectUris: this.#uris(),
    refreshToken: this.refreshToken && this.grant === 'authorization_code',
    scopes: splitScopes(this.scopes),
    portalToken: this.token?.id ?? null,
    keepPortalToken: this.keepToken && this.token !== null,
  });

  /** The client ID that came as JSON; one that is typed over it is not the portal's word. */
  #pastedId: string | null = null;
  #tokenComes: Promise<boolean> | undefined;

  constructor(application: ApplicationKey, way: NewClientWay) {
    this.application = application;
    this.way = way;
  }

  /** Says of a field what is wrong with it, or takes back what was said. */
  check(field: Field): void {
    this.problems[field] = this.#problemOf(field);
  }

  checkUri(row: UriRow): void {
    row.problem = this.grant === 'authorization_code' ? redirectUriProblem(row.text) : null;
  }

  /** How many fields need attention. */
  get problemCount(): number {
    const rows = this.grant === 'authorization_code' ? this.uris : [];
    return [...Object.values(this.problems), ...rows.map(({ problem }) => problem)].filter(Boolean)
      .length;
  }

  /** The portal token is asked for only when the vault keeps none. */
  async readKeptToken(): Promise<void> {
    const request = { ...this.registration, name: words.sheet.title.register, portalToken: null };
    try {
      const preview = await call('preview_registration', {
        ...request,
        grant: 'client_credentials',
        redirectUris: [],
        scopes: [],
      });
      this.hasKeptToken = preview.keptPortalToken;
    } catch {
      // The server did not answer: registering will say so, and asks for a token when one is missing.
      this.hasKeptToken = null;
    }
  }

  /** Has the sandbox make a portal token. Answers whether it did. */
  useSandboxToken(environmentId: EnvironmentId): Promise<boolean> {
    this.error = null;
    this.#tokenComes = this.#askSandbox(environmentId);
    return this.#tokenComes;
  }

  /** Reads what the portal shows of a client from the clipboard, in Rust. Answers its name. */
  async paste(): Promise<string> {
    const pasted = await call('paste_client');
    this.discard('secret');
    this.clientId = this.#pastedId = pasted.clientId;
    this.secret = pasted.secret;
    this.grant = pasted.grant ?? this.grant;
    if (pasted.name) this.name = pasted.name;
    if (pasted.scopes.length > 0) this.scopes = pasted.scopes.join(' ');
    if (pasted.redirectUris.length > 0) this.uris = pasted.redirectUris.map(uriRow);
    this.problems = noProblems();
    this.error = null;
    return pasted.name ?? pasted.clientId;
  }

  async submit(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.cancelled = false;
    try {
      // The button may be pressed before the sandbox has answered.
      await this.#tokenComes;
      if (this.#isComplete()) await this.#create();
    } finally {
      this.busy = false;
    }
  }

  /** Stops a registration. The answer to it says that it was cancelled. */
  async stop(): Promise<void> {
    if (this.busy && this.way === 'register') await call('cancel_registration');
  }

  /** Another token, or none: what was said of the last one is over. */
  tokenChanged(token: SecretDraft | null): void {
    if (token) this.problems.token = null;
    if (this.error?.code === 'portal_token_refused') this.error = null;
  }

  /** Drops what Rust holds for the form. */
  discard(...which: ('token' | 'secret')[]): void {
    for (const one of which) {
      const draft = this[one];
      if (draft) void call('discard_secret', { id: draft.id });
      this[one] = null;
    }
  }

  async #askSandbox(environmentId: EnvironmentId): Promise<boolean> {
    try {
      this.token = await call('sandbox_portal_token', { environmentId });
      this.problems.token = null;
      return true;
    } catch (caught) {
      this.error = toApiError(caught);
      return false;
    }
  }

  async #create(): Promise<void> {
    this.error = null;
    try {
      this.created =
        this.way === 'register'
          ? await call('register_client', this.registration)
          : await call('import_client', this.#import());
      // Used up, and discarded where it was held.
      if (this.way === 'register') this.token = null;
      else this.secret = null;
    } catch (caught) {
      this.#explain(toApiError(caught));
    }
  }

  #import(): ImportClientRequest {
    const { application, name, grant, redirectUris, scopes } = this.registration;
    const clientId = this.clientId.trim();
    const secret = this.secret?.id ?? null;
    const fromPortal = clientId === this.#pastedId?.trim();
    return { application, name, grant, redirectUris, scopes, clientId, secret, fromPortal };
  }

  #uris(): string[] {
    return this.grant === 'authorization_code' ? this.uris.map(({ text }) => text.trim()) : [];
  }

  #isComplete(): boolean {
    for (const field of Object.keys(this.problems) as Field[]) this.check(field);
    for (const row of this.uris) this.checkUri(row);
    return this.problemCount === 0;
  }

  #problemOf(field: Field): string | null {
    const registers = this.way === 'register';
    const { form } = words;
    switch (field) {
      case 'name':
        if (this.name.trim() === '') return form.enterName;
        return Array.from(this.name.trim()).length > LONGEST_NAME ? form.longName : null;
      case 'application':
        if (!registers || this.grant === 'client_credentials') return null;
        if (!this.owner) return form.needsApplication;
        return this.owner.applicationId === '' ? form.noApplicationId : null;
      case 'scopes':
        return /["\\]|[^\s\x21-\x7e]/.test(this.scopes) ? form.scopeSigns : null;
      case 'token':
        return registers && !this.token && this.hasKeptToken === false ? form.enterToken : null;
      case 'clientId':
        return !registers && this.clientId.trim() === '' ? words.import.enterId : null;
      case 'secret':
        return !registers && !this.secret && this.grant === 'client_credentials'
          ? words.import.needsSecret
          : null;
    }
  }

  /** Puts a failure at the field that it is about; the others stand by themselves. */
  #explain(failed: ApiError): void {
    const { field = '', reason = '', name = '' } = failed.facts;
    if (failed.code === 'cancelled') this.cancelled = true;
    else if (failed.code === 'duplicate') this.problems.clientId = words.import.duplicate(name);
    else if (failed.code === 'secret_draft_gone') this.#loseDraft();
    else if (failed.code === 'invalid_field' && field === 'portalToken') {
      this.problems.token = words.form.enterToken;
    } else if (failed.code === 'invalid_field' && field === 'redirectUris' && this.uris[0]) {
      this.uris[0].problem = reason;
    } else if (failed.code === 'invalid_field' && field in this.problems) {
      this.problems[field as Field] = reason;
    } else if (failed.code === 'token_server_busy') {
      // The words of this code are about a token that is kept; here there is none.
      const description = words.register.busy(failed.facts['seconds']);
      this.error = { ...failed, code: 'registration_refused', facts: { description } };
    } else {
      this.error = failed;
      const [uri, ...others] = this.uris;
      if (failed.code === 'redirect_uri_refused' && uri && others.length === 0) {
        uri.problem = words.form.refusedUri;
      }
    }
  }

  /** Rust holds a secret for ten minutes only. */
  #loseDraft(): void {
    const which = this.way === 'register' ? 'token' : 'secret';
    this[which] = null;
    this.problems[which] = words.form.draftGone;
  }
}
