/** A member of a registration that came back other than it was sent. */
interface Difference {
  member: string;
  asked: string;
  /** Null when the member is missing in the answer. */
  got: string | null;
}

const isText = (value: unknown): value is string => typeof value === 'string';

function isDifference(value: unknown): value is Difference {
  if (typeof value !== 'object' || value === null) return false;
  const { member, asked, got } = value as Partial<Record<keyof Difference, unknown>>;
  return isText(member) && isText(asked) && (got === null || isText(got));
}

/** What the kept answer of a registration says about differences from the request. */
export function differencesIn(answer: string | null): Difference[] {
  if (answer === null) return [];
  try {
    const { differs_from_the_request: found } = JSON.parse(answer) as Record<string, unknown>;
    return Array.isArray(found) ? found.filter(isDifference) : [];
  } catch {
    // Kept by another version; the text itself is shown all the same.
    return [];
  }
}
