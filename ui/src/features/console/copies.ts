import { call, toApiError } from '../../lib/api';
import type { ExchangeId } from '../../lib/api/contract';
import { clipboard } from '../../lib/state/clipboard.svelte';

type Named = { readonly id: ExchangeId };
type Command = 'copy_as_curl' | 'copy_for_support';

/** Copies in Rust, which leaves secrets out. The status bar says how it went. */
async function copy(command: Command, exchange: Named | null): Promise<boolean> {
  if (!exchange) return false;
  clipboard.error = null;
  try {
    await call(command, { exchangeId: exchange.id });
    return true;
  } catch (caught) {
    clipboard.error = toApiError(caught);
    return false;
  }
}

export const copyAsCurl = (exchange: Named | null) => copy('copy_as_curl', exchange);
export const copyForSupport = (exchange: Named | null) => copy('copy_for_support', exchange);
