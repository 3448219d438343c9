import { call } from '../../lib/api';
import type { ExchangeView } from '../../lib/api/contract';

/** A body above this is no short word about a refusal. */
const SHORT = 16_384;
const LONGEST = 300;

type Json = Record<string, unknown>;
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** What a JSON body says about its refusal, in the members that APIs commonly use for that. */
export function reasonIn(body: string): string | null {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return null;
  }
  const text = said(json);
  if (text === null) return null;
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function said(json: unknown): string | null {
  if (!isObject(json)) return null;
  const { description, message, error_description, detail, msg, error } = json;
  for (const found of [description, message, error_description, detail, msg]) {
    // Some send a list, one entry for each field that is wrong.
    const first: unknown = Array.isArray(found) ? found[0] : found;
    const text = typeof first === 'string' ? first.trim() : said(first);
    if (text) return text;
  }
  return typeof error === 'string' ? error.trim() || null : said(error);
}

/** The reason that came with a refusal; `null` when there is none or it is not short JSON. */
export async function reasonOf({ id, outcome }: ExchangeView): Promise<string | null> {
  if (outcome.kind !== 'answer' || outcome.status < 400) return null;
  if (outcome.bodyKind !== 'json' || outcome.size > SHORT) return null;
  try {
    return reasonIn((await call('exchange_body', { exchangeId: id, form: 'raw' })).text);
  } catch {
    // The body tab tells why it cannot be read.
    return null;
  }
}
