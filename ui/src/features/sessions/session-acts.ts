import type { SessionView } from '../../lib/api/contract';
import { secondsLeft } from '../../lib/format';
import { renewal } from '../../lib/session';

/** Whether it can neither be used nor renewed; "Clear ended" removes these. */
export function hasEnded(session: SessionView, now: number): boolean {
  if (session.state === 'sign_in_needed') return true;
  const isPast = session.expiresAt !== null && secondsLeft(session.expiresAt, now) === 0;
  return isPast && renewal(session) === 'sign_in';
}

/** What is left of a session is told at these seconds, and never in between. */
const TOLD_AT = [0, 30, 120, 300];

/** The moment to tell that lies between two looks at the time that is left. */
export function crossed(before: number, left: number): number | undefined {
  return TOLD_AT.find((at) => left <= at && at < before);
}
