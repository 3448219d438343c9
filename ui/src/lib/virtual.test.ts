import { expect, it } from 'vitest';
import { rowsInView, tops } from './virtual';

it('adds heights up', () => {
  expect(tops([27, 44, 44])).toEqual([0, 27, 71, 115]);
  expect(tops([])).toEqual([0]);
});

it('draws what is seen and six rows beyond', () => {
  const at = tops(Array<number>(10_248).fill(44));
  expect(rowsInView(at, 0, 660)).toEqual({ from: 0, to: 22 });
  expect(rowsInView(at, 44 * 1000, 660)).toEqual({ from: 994, to: 1022 });
  expect(rowsInView(at, 44 * 10_248 - 660, 660)).toEqual({ from: 10_227, to: 10_248 });
});

it('stays inside when there is nothing, or the list became shorter', () => {
  expect(rowsInView(tops([]), 0, 600)).toEqual({ from: 0, to: 0 });
  expect(rowsInView(tops([44]), 5000, 600)).toEqual({ from: 0, to: 1 });
});
