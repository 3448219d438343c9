import { describe, expect, it } from 'vitest';
import * as format from './format';

const NOW = Date.parse('2026-04-28T14:05:00Z');

describe('sizes', () => {
  it.each([
    [0, '0 B'],
    [611, '611 B'],
    [999, '999 B'],
    [18_400, '18.4 KB'],
    [999_940, '999.9 KB'],
    [999_950, '1.0 MB'],
    [12_400_000, '12.4 MB'],
    [3_000_000_000, '3.0 GB'],
  ])('%i bytes read %s', (bytes, words) => {
    expect(format.size(bytes)).toBe(words);
  });

  it('tells exact bytes with thousands', () => {
    expect(format.exactSize(18_841)).toBe('18,841 bytes');
    expect(format.exactSize(1)).toBe('1 byte');
  });
});

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [142, '142 ms'],
    [999.6, '1.0 s'],
    [1234, '1.2 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min'],
    [240_000, '4 min'],
    [7_200_000, '2 h'],
  ])('%f ms read %s', (ms, words) => {
    expect(format.duration(ms)).toBe(words);
  });

  it.each([
    [0, '0'],
    [40, '<0.1'],
    [440, '0.4'],
    [3000, '3'],
    [3040, '3'],
    [9960, '10'],
    [96_200, '96'],
  ])('a phase of %i µs reads %s', (us, words) => {
    expect(format.phase(us)).toBe(words);
  });
});

describe('countdowns', () => {
  it.each([
    [18_720, '5 h 12'],
    [3600, '1 h 00'],
    [3599, '59:59'],
    [2530, '42:10'],
    [108, '1:48'],
    [60, '1:00'],
    [18, '18 s'],
    [-3, '0 s'],
  ])('%i s read %s', (seconds, words) => {
    expect(format.countdown(seconds)).toBe(words);
  });

  it('counts up to the whole second and stops at zero', () => {
    expect(format.secondsLeft('2026-04-28T14:05:10.200Z', NOW)).toBe(11);
    expect(format.secondsLeft('2026-04-28T14:04:00Z', NOW)).toBe(0);
  });

  it('is spoken in whole units', () => {
    expect(format.spoken(2530)).toBe('42 minutes');
    expect(format.spoken(61)).toBe('1 minute');
    expect(format.spoken(1)).toBe('1 second');
  });
});

describe('times', () => {
  it.each([
    ['2026-04-28T14:02:11Z', '14:02:11'],
    ['2026-04-27T18:20:00Z', 'Yesterday, 18:20'],
    ['2026-04-26T09:41:00Z', '26 Apr, 09:41'],
    ['2025-12-31T23:59:00Z', '31 Dec 2025, 23:59'],
  ])('%s reads %s', (at, words) => {
    expect(format.time(at, NOW)).toBe(words);
  });

  it.each([
    [null, 'Never'],
    ['2026-04-28T14:04:30Z', 'Just now'],
    ['2026-04-28T14:03:00Z', '2 min ago'],
    ['2026-04-28T11:03:00Z', '3 h ago'],
    ['2026-04-27T18:20:00Z', 'Yesterday, 18:20'],
  ])('%s was %s', (at, words) => {
    expect(format.relativeTime(at, NOW)).toBe(words);
  });

  it('writes the zone in tooltips', () => {
    expect(format.isoTime('2026-04-28T14:02:11.402Z')).toBe('2026-04-28T14:02:11+00:00');
  });

  it('keeps milliseconds in logs', () => {
    expect(format.exactTime('2026-04-28T14:02:11.042Z')).toBe('14:02:11.042');
  });
});

describe('initials', () => {
  it.each([
    ['Treasury Router', 'TR'],
    ['relay', 'RE'],
    ['🦊 den of foxes', '🦊D'],
  ])('%s has %s', (name, letters) => {
    expect(format.initials(name)).toBe(letters);
  });
});
