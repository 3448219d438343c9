/** A piece of a shown value, with the class that colours it. */
interface Part {
  position: number;
  text: string;
  kind: 'plain' | 'jwt-1' | 'jwt-2' | 'jwt-3' | 'point';
}

/** Splits a JWT into its three parts; anything else stays whole. */
export function parts(value: string): Part[] {
  const pieces = value.split('.');
  if (pieces.length !== 3 || !value.startsWith('eyJ')) {
    return [{ position: 0, text: value, kind: 'plain' }];
  }
  const kinds = ['jwt-1', 'jwt-2', 'jwt-3'] as const;
  return pieces.flatMap((text, index): Part[] => {
    const part: Part = { position: 2 * index, text, kind: kinds[index] ?? 'plain' };
    return index === 0 ? [part] : [{ position: 2 * index - 1, text: '.', kind: 'point' }, part];
  });
}
