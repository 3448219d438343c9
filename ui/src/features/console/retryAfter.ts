import type { HeaderView, Timestamp } from '../../lib/api/contract';

/** When another try is allowed: `Retry-After` as seconds or as a date (RFC 9110 §10.2.3). */
export function retryAt(headers: readonly HeaderView[], at: Timestamp): Timestamp | null {
  const value = headers.find(({ name }) => name.toLowerCase() === 'retry-after')?.value.trim();
  if (!value) return null;
  const ms = /^\d{1,9}$/.test(value) ? Date.parse(at) + Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}
