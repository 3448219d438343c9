import { listen } from '../api';
import type { AppEvent } from '../api/contract';

type Name = AppEvent['event'];
type Data<N extends Name> =
  Extract<AppEvent, { event: N }> extends { data: infer D } ? D : undefined;
type Handler = (data: never) => void;

const handlers = new Map<Name, Set<Handler>>();

/** Runs `handler` for each event of that name until the returned function is called. */
export function on<N extends Name>(name: N, handler: (data: Data<N>) => void): () => void {
  const all = handlers.get(name) ?? new Set();
  handlers.set(name, all);
  all.add(handler);
  return () => {
    all.delete(handler);
  };
}

/** Hands one event to whoever listens for it. */
export function deliver(event: AppEvent): void {
  const data = 'data' in event ? event.data : undefined;
  for (const handler of handlers.get(event.event) ?? []) handler(data as never);
}

/** Starts the one stream of events from the app. */
export function startEvents(): Promise<() => void> {
  return listen(deliver);
}
