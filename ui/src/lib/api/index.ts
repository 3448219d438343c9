import type { Backend, CommandName, CommandRequest, CommandResponse } from './backend';
import { bridge, takeBridgeToken } from './bridge';
import type { AppEvent } from './contract';
import { Failure, toApiError } from './failure';
import { tauri } from './tauri';

export { toApiError } from './failure';

async function choose(): Promise<Backend> {
  if ('__TAURI_INTERNALS__' in window) return tauri;
  if (import.meta.env.DEV && !new URLSearchParams(location.search).has('bridge')) {
    const { fake } = await import('./fake');
    return fake(new URLSearchParams(location.search));
  }
  return bridge(takeBridgeToken());
}

let chosen: Promise<Backend> | undefined;
const backend = () => (chosen ??= choose());

/** Puts another backend behind the page; for unit tests. */
export function useBackend(replacement: Backend): void {
  chosen = Promise.resolve(replacement);
}

type Arguments<N extends CommandName> =
  CommandRequest<N> extends null ? [] : [request: CommandRequest<N>];

/** Calls a command. A failed call rejects with a Failure, which is an ApiError. */
export async function call<N extends CommandName>(
  name: N,
  ...[request]: Arguments<N>
): Promise<CommandResponse<N>> {
  try {
    return (await (await backend()).call(name, request ?? null)) as CommandResponse<N>;
  } catch (caught) {
    throw new Failure(toApiError(caught));
  }
}

/** Delivers the app's events to `handler` until the returned function is called. */
export async function listen(handler: (event: AppEvent) => void): Promise<() => void> {
  return (await backend()).listen(handler);
}

/** Sets the size of the page; answers whether the window zooms by itself. */
export async function zoom(factor: number): Promise<boolean> {
  return (await backend()).zoom(factor);
}
