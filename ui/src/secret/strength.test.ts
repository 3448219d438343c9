import { describe, expect, it } from 'vitest';
import { parts } from './jwt';
import { strength } from './strength';

describe('strength in words', () => {
  it.each([
    ['ab', 'Weak: add 4 more words'],
    ['horse', 'Weak: add 3 more words'],
    ['aaaaaaaaaaaaaaaaaaaa', 'Weak: add 3 more words'],
    ['horse horse horse horse', 'Weak: add 3 more words'],
    ['correct horse battery staple', 'Good'],
    ['correct horse battery staple orbit lantern', 'Strong'],
  ])('%s is %s', (passphrase, words) => {
    expect(strength(passphrase)).toBe(words);
  });
});

describe('the parts of a shown value', () => {
  it('colours the three parts of a JWT', () => {
    expect(parts('eyJhbGciOiJFUzI1NiJ9.e30.c2ln').map((part) => part.kind)).toEqual([
      'jwt-1',
      'point',
      'jwt-2',
      'point',
      'jwt-3',
    ]);
  });

  it('leaves anything else whole', () => {
    expect(parts('sbx_4kT9.wZ2m.Qe8R')).toEqual([
      { position: 0, text: 'sbx_4kT9.wZ2m.Qe8R', kind: 'plain' },
    ]);
  });
});
