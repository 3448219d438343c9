import { beforeEach, expect, it, vi } from 'vitest';
import { useBackend } from '../../lib/api';
import type { EnvironmentView } from '../../lib/api/contract';
import { route } from '../../lib/state/route.svelte';
import { errorActs } from './error-acts';

const production = { id: 'env-1', kind: 'production', portal: null } as EnvironmentView;
const sandbox = { ...production, kind: 'sandbox' } as EnvironmentView;
let fails = false;
const called: string[] = [];

beforeEach(() => {
  called.length = 0;
  fails = false;
  useBackend({
    call: (name) => {
      called.push(name);
      return fails ? Promise.reject(new Error('no')) : Promise.resolve(null);
    },
    listen: () => Promise.resolve(() => undefined),
    zoom: () => Promise.resolve(false),
  });
});

it('closes what stands over the page before it goes to another', () => {
  const leave = vi.fn();
  errorActs(production, vi.fn(), vi.fn(), leave).edit_environment?.();
  expect(leave).toHaveBeenCalledOnce();
  expect(route.place).toEqual({ page: 'settings', section: 'environments' });
});

it('offers only what the environment has', () => {
  const acts = errorActs(production, vi.fn(), vi.fn());
  expect(acts.open_portal).toBeUndefined();
  expect(acts.restart_sandbox).toBeUndefined();
});

it('tries again when the sandbox runs, and tells when it does not', async () => {
  const retry = vi.fn();
  const failed = vi.fn();
  errorActs(sandbox, retry, failed).restart_sandbox?.();
  await vi.waitFor(() => expect(retry).toHaveBeenCalledOnce());
  expect(called).toEqual(['restart_sandbox']);
  fails = true;
  errorActs(sandbox, retry, failed).restart_sandbox?.();
  await vi.waitFor(() => expect(failed).toHaveBeenCalledOnce());
  expect(retry).toHaveBeenCalledOnce();
});
