import { expect, it } from 'vitest';
import { Loaded } from './loaded.svelte';

/** A read whose answers are given by hand, in any order. */
function byHand() {
  const waiting: { resolve: (value: string) => void; reject: (error: Error) => void }[] = [];
  const loaded = new Loaded(
    () => new Promise<string>((resolve, reject) => waiting.push({ resolve, reject })),
  );
  return { loaded, waiting };
}

it('keeps the value of the later read, whichever answers last', async () => {
  const { loaded, waiting } = byHand();
  const both = [loaded.load(), loaded.load()];
  waiting[1]?.resolve('new');
  waiting[0]?.resolve('old');
  await Promise.all(both);
  expect(loaded.value).toBe('new');
});

it('is done only when the later read is', async () => {
  const { loaded, waiting } = byHand();
  let done = false;
  const first = loaded.load().then(() => (done = true));
  const second = loaded.load();
  waiting[0]?.resolve('old');
  // All that hangs on the first answer has run after one turn of the loop.
  await new Promise((resolve) => setTimeout(resolve));
  expect([done, loaded.value]).toEqual([false, undefined]);
  waiting[1]?.resolve('new');
  await Promise.all([first, second]);
  expect([done, loaded.value]).toEqual([true, 'new']);
});

it('keeps the value when it cannot be read again', async () => {
  const { loaded, waiting } = byHand();
  const first = loaded.load();
  waiting[0]?.resolve('old');
  await first;
  const second = loaded.load();
  waiting[1]?.reject(new Error('gone'));
  await second;
  expect([loaded.value, loaded.error?.code]).toEqual(['old', 'internal']);
});
