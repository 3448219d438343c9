import { render } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { announcer } from '../state/announcer.svelte';
import Dialog from './Dialog.svelte';
import LiveRegions from './LiveRegions.svelte';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const said = (within: ParentNode) => within.querySelector(':scope > [role="status"]')?.textContent;

async function say(text: string) {
  announcer.say(text);
  vi.advanceTimersByTime(100);
  await tick();
}

it('is told in the open dialog, and behind it again when that is closed', async () => {
  const page = render(LiveRegions).container;
  const { container, unmount } = render(Dialog, { title: 'Rename', close: () => undefined });
  const dialog = container.querySelector('dialog');
  if (!dialog) throw new Error('There is no dialog.');

  await say('Copied');
  expect([said(dialog), said(page)]).toEqual(['Copied', '']);

  unmount();
  await say('Renamed');
  expect(said(page)).toBe('Renamed');
});

it('reads out what was to be said when the dialog closed just after', async () => {
  const page = render(LiveRegions).container;
  const { unmount } = render(Dialog, { title: 'Rename', close: () => undefined });
  announcer.interrupt('Locked');
  unmount();
  vi.advanceTimersByTime(100);
  await tick();
  expect(page.querySelector('[role="alert"]')).toHaveTextContent('Locked');
});
