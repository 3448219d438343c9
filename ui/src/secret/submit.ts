import { call } from '../lib/api';
import type { SubmitSecretAnswer } from '../lib/api/contract';
import { words } from './words';

/** Hands what was typed to Rust; a failed call reads as "not taken", never as accepted. */
export async function submit(ticket: string, value: string): Promise<SubmitSecretAnswer> {
  try {
    return await call('submit_secret', { ticket, value });
  } catch {
    return { accepted: false, problem: words.notTaken, waitSeconds: null };
  }
}
