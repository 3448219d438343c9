/** A name for the next key that no other has: `key-2`. */
export function nextKeyName(taken: readonly string[]): string {
  let number = taken.length + 1;
  while (taken.includes(`key-${number}`)) number += 1;
  return `key-${number}`;
}
