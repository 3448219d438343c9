/**
 * Says in words how strong a passphrase is. Words count more than signs,
 * because four random words are easier to keep than eight random signs.
 */
export function strength(passphrase: string): string {
  const found = new Set(
    passphrase
      .toLowerCase()
      .split(/[\s\-_.,]+/u)
      .filter((word) => word.length > 2),
  );
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^\p{L}\d\s]/u].filter((kind) => kind.test(passphrase));
  const signs = new Set(passphrase).size;
  // About 12 bits for a word from a common list, 5 for a sign that is not part of one.
  const bits = Math.max(found.size * 12, Math.min(signs, passphrase.length) * (2 + kinds.length));
  if (bits >= 72) return 'Strong';
  if (bits >= 48) return 'Good';
  const missing = Math.max(1, Math.ceil((48 - bits) / 12));
  return `Weak: add ${String(missing)} more ${missing === 1 ? 'word' : 'words'}`;
}
