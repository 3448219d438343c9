import { fireEvent, render, screen } from '@testing-library/svelte';
import { beforeEach, expect, it, vi } from 'vitest';
import App from './App.svelte';
import { useBackend } from './lib/api';
import type { AppStatus } from './lib/api/contract';
import { app } from './lib/state/app.svelte';
import { route } from './lib/state/route.svelte';

const consolePage = vi.hoisted(() => ({ fails: true }));

vi.mock('./features/console/ConsolePage.svelte', async () => {
  const { default: Drawn } = await import('./lib/components/Mark.svelte');
  return {
    default: (...given: Parameters<typeof Drawn>) => {
      if (consolePage.fails) throw new Error('made to fail');
      return Drawn(...given);
    },
  };
});

const status = {
  phase: 'open',
  environment: { id: 'sandbox', kind: 'sandbox', name: 'Sandbox', host: '127.0.0.1' },
} as unknown as AppStatus;

beforeEach(async () => {
  consolePage.fails = true;
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  useBackend({
    call: (name) => Promise.resolve(name === 'app_status' ? status : []),
    listen: () => Promise.resolve(() => undefined),
    zoom: () => Promise.resolve(false),
  });
  route.go({ page: 'console' });
  await app.start();
});

const failure = () => screen.queryByRole('heading', { name: 'This page failed' });

it('says that a page failed, and keeps the rest of the window', async () => {
  render(App);
  expect(failure()).toHaveFocus();
  expect(screen.getByText('Nothing was lost.')).toBeInTheDocument();
  await fireEvent.click(screen.getByRole('button', { name: 'Sessions' }));
  expect(failure()).toBeNull();
  expect(screen.getByRole('heading', { name: 'Sessions' })).toBeInTheDocument();
});

it('draws the page anew, and says it again when it fails again', async () => {
  render(App);
  const open = () => fireEvent.click(screen.getByRole('button', { name: 'Open the console' }));
  await open();
  expect(failure()).not.toBeNull();
  consolePage.fails = false;
  await open();
  expect(failure()).toBeNull();
  expect(document.querySelector('main svg.mark')).not.toBeNull();
});
