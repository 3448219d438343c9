import { expect, it } from 'vitest';
import { words } from './words';

it('says of a copied recovery code how long the clipboard keeps it', () => {
  const { recoveryCopied } = words;
  expect(recoveryCopied(30)).toBe('Copied. Clears in 30 s. Save it somewhere lasting.');
  expect(recoveryCopied(300)).toBe('Copied. Clears in 5 min. Save it somewhere lasting.');
  expect(recoveryCopied(0)).toBe('Copied. It stays on the clipboard. Save it somewhere lasting.');
});
