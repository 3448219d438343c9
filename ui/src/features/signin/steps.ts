import type { SignInView } from '../../lib/api/contract';
import { words } from './words';

export interface Step {
  text: string;
  /** A value after the text, such as an address. */
  value?: string;
  state: 'done' | 'now' | 'warn' | 'todo';
}

/** The checklist with its step `at` under way, 1 to 5. */
export function checklist(view: SignInView | null, at: number): Step[] {
  const { steps } = words;
  const state = (step: number): Step['state'] =>
    step < at ? 'done' : step === at ? 'now' : 'todo';
  const listening: Omit<Step, 'state'> =
    view === null
      ? { text: steps.listen }
      : view.listeningOn === null
        ? { text: steps.notListening }
        : { text: steps.listening, value: view.listeningOn };
  const noBrowser = at === 3 && view?.browserFailed === true;
  return [
    { text: view ? steps.challenge : steps.starting, state: state(1) },
    { ...listening, state: state(2) },
    noBrowser ? { text: steps.noBrowser, state: 'warn' } : { text: steps.waiting, state: state(3) },
    { text: steps.exchange, state: state(4) },
    { text: steps.save, state: state(5) },
  ];
}

/** How every address starts that the browser may stop on: without port and path. */
export function addressStart(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  return url ? `${url.protocol}//${url.hostname}` : redirectUri;
}
