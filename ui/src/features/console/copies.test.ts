import { beforeEach, expect, it } from 'vitest';
import { useBackend } from '../../lib/api';
import type { ApiKeyId, ExchangeId, ExchangeView } from '../../lib/api/contract';
import { clipboard } from '../../lib/state/clipboard.svelte';
import { deliver } from '../../lib/state/events';
import { copyAsCurl, copyForSupport } from './copies';
import { words } from './words';

const exchange = (credential: ExchangeView['credential']) =>
  ({ id: 'one' as ExchangeId, credential }) as ExchangeView;
const withKey = exchange({ kind: 'api_key', id: 'key' as ApiKeyId });

clipboard.start();
beforeEach(() => {
  useBackend({
    call: () => {
      deliver({ event: 'clipboard', data: { label: 'it', state: 'copied', clearsAt: null } });
      return Promise.resolve(null);
    },
    listen: () => Promise.resolve(() => undefined),
    zoom: () => Promise.resolve(false),
  });
});

it('says where the credential goes in a command that has a place for one', async () => {
  await copyAsCurl(withKey);
  expect(clipboard.hint).toBe(words.response.curlToken);
  await copyAsCurl(exchange(null));
  expect(clipboard.hint).toBe('');
});

it('says it of that copy alone', async () => {
  await copyAsCurl(withKey);
  await copyForSupport(withKey);
  expect(clipboard.hint).toBe('');
});
