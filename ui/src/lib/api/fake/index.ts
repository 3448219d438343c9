import type { Backend, CommandName } from '../backend';
import type { AppEvent, ErrorCode } from '../contract';
import { commands } from './commands';
import { fixtures } from './fixtures';
import { World } from './world';

/**
 * An app in memory, for looking at screens without Rust. Development builds only.
 *
 * `?fixture=<name>` chooses its data (`fixtures.ts`). `&fail=<command>:<code>`
 * makes a command fail, `&slow=<command>:<ms>` makes it late, `&theme=dark`
 * sets the theme; each can be given several times.
 */
export function fake(query: URLSearchParams): Backend {
  const world = new World();
  const fixture = fixtures[query.get('fixture') ?? 'sandbox'];
  if (!fixture) throw new Error(`There is no fixture ${query.get('fixture') ?? ''}.`);
  fixture(world);
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') world.settings.theme = theme;

  const failures = pairs(query.getAll('fail'));
  const delays = pairs(query.getAll('slow'));
  const answers = commands(world) as Partial<Record<CommandName, (request: unknown) => unknown>>;

  return {
    async call(name, request) {
      await new Promise((resolve) => setTimeout(resolve, Number(delays.get(name) ?? 0)));
      const code = failures.get(name) as ErrorCode | undefined;
      if (code) world.fail(code);
      const answer = answers[name];
      if (!answer) world.fail('internal', { what: name });
      // As on the wire: what the page gets is a copy.
      return structuredClone(await answer?.(request)) ?? null;
    },
    listen(handler: (event: AppEvent) => void) {
      world.listeners.add(handler);
      return Promise.resolve(() => void world.listeners.delete(handler));
    },
    zoom: () => Promise.resolve(false),
  };
}

function pairs(given: string[]): Map<string, string> {
  return new Map(given.map((pair) => pair.split(':', 2) as [string, string]));
}
