import { beforeEach, expect, it, vi } from 'vitest';
import type { ApiError, EnvironmentId, OAuthClientId, SessionId } from '../../lib/api/contract';
import { errorWords } from '../../lib/errors';
import { emptyDraft } from './draft.svelte';
import { withoutCredential } from './recoveries';
import { RequestTab } from './tab.svelte';

const gone = (what: string): ApiError => ({ code: 'not_found', message: '', facts: { what } });
const fixes = { sign_in: vi.fn() };
let tab: RequestTab;

/** The buttons that a failure shows: those with words and somebody who answers. */
function buttons(error: ApiError) {
  tab.error = error;
  const on = withoutCredential(fixes, tab, vi.fn(), vi.fn());
  return errorWords(error).actions.filter((action) => on[action]);
}

beforeEach(() => {
  tab = new RequestTab('env' as EnvironmentId, emptyDraft('/x'));
  tab.setCredential({ kind: 'session', id: 'session' as SessionId });
});

it('offers another credential or none, and a sign-in where there is a client for it', () => {
  expect(buttons(gone('session'))).toEqual(['choose_credential', 'send_without']);
  tab.lastSeen = { id: 'session' as SessionId, name: 'web', signInWith: 'web' as OAuthClientId };
  expect(buttons(gone('session'))).toEqual(['sign_in', 'choose_credential', 'send_without']);
  expect(buttons(gone('API key'))).toEqual(['choose_credential', 'send_without']);
});

it('leaves other failures as they are', () => {
  expect(buttons(gone('environment'))).toEqual([]);
  expect(buttons({ code: 'session_ended', message: '', facts: {} })).toEqual(['sign_in']);
});

it('takes the credential away before it sends without one', () => {
  const send = vi.fn(() => expect(tab.credential).toBeNull());
  withoutCredential(fixes, tab, vi.fn(), send).send_without?.();
  expect(send).toHaveBeenCalledOnce();
});
