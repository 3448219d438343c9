import type { ExchangeId, ExchangeView } from '../../lib/api/contract';
import { clipboard } from '../../lib/state/clipboard.svelte';
import { words } from './words';

type Named = { readonly id: ExchangeId };

/** Copies in Rust, which leaves secrets out. The status bar says how it went. */
export function copyForSupport(exchange: Named | null): Promise<boolean> {
  return exchange
    ? clipboard.copyExchange('copy_for_support', exchange.id)
    : Promise.resolve(false);
}

/** The same as a command, where a variable stands for the credential if one was sent. */
export function copyAsCurl(exchange: ExchangeView | null): Promise<boolean> {
  if (!exchange) return Promise.resolve(false);
  const hint = exchange.credential ? words.response.curlToken : '';
  return clipboard.copyExchange('copy_as_curl', exchange.id, hint);
}
