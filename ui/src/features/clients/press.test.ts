import { expect, it, vi } from 'vitest';
import { AfterPress } from './press';

it('runs a check at once when nothing is pressed', () => {
  const check = vi.fn();
  new AfterPress().run(check);
  expect(check).toHaveBeenCalledOnce();
});

it('lets the click of a press come first', async () => {
  const press = new AfterPress();
  const order: string[] = [];
  press.begin();
  press.run(() => order.push('check'));
  press.end();
  order.push('click');
  await vi.waitFor(() => expect(order).toEqual(['click', 'check']));
});
