import { expect, it } from 'vitest';
import { phases, totalMs } from './phases';

const timing = {
  dnsUs: 3000,
  connectUs: 11_000,
  tlsUs: 24_000,
  waitingUs: 96_000,
  downloadUs: 8000,
  totalUs: 142_000,
  reused: false,
};

it('puts each phase behind the one before it', () => {
  expect(phases(timing).map(({ name, startUs }) => [name, startUs])).toEqual([
    ['dns', 0],
    ['connect', 3000],
    ['tls', 14_000],
    ['waiting', 38_000],
    ['download', 134_000],
  ]);
});

it('adds up to the total', () => {
  const sum = phases(timing).reduce((all, { us }) => all + us, 0);
  expect(Math.abs(sum - timing.totalUs)).toBeLessThanOrEqual(1000);
});

it('leaves out what a kept connection did not need', () => {
  const kept = { ...timing, dnsUs: null, connectUs: null, tlsUs: null, reused: true };
  expect(phases(kept).map(({ name, startUs }) => [name, startUs])).toEqual([
    ['waiting', 0],
    ['download', 96_000],
  ]);
});

it('cuts the whole to milliseconds, as the history does', () => {
  expect([1999, 142_000, 400].map((totalUs) => totalMs({ totalUs }))).toEqual([1, 142, 0]);
});
