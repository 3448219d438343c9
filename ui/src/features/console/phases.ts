import type { TimingView } from '../../lib/api/contract';
import { words } from './words';

type PhaseName = keyof typeof words.timing.phases;

interface PhaseOfTime {
  name: PhaseName;
  /** When it began after the press of Send, and how long it took, in microseconds. */
  startUs: number;
  us: number;
}

/** The phases that are known, one after the other. */
export function phases(timing: TimingView): PhaseOfTime[] {
  const all: [PhaseName, number | null][] = [
    ['dns', timing.dnsUs],
    ['connect', timing.connectUs],
    ['tls', timing.tlsUs],
    ['waiting', timing.waitingUs],
    ['download', timing.downloadUs],
  ];
  let startUs = 0;
  return all.flatMap(([name, us]) => {
    if (us === null) return [];
    const found = { name, startUs, us };
    startUs += us;
    return [found];
  });
}

/** The whole in milliseconds, cut as in the history and in what is copied for support. */
export const totalMs = ({ totalUs }: Pick<TimingView, 'totalUs'>) => Math.trunc(totalUs / 1000);
