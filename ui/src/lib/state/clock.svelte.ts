import { createSubscriber } from 'svelte/reactivity';

/**
 * The one ticker of the page: once a second, aligned to the second, only while
 * something on the page reads it, and not while the window is hidden.
 */
class Clock {
  readonly #subscribe = createSubscriber((update) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = () => clearTimeout(timer);
    const wait = () => {
      stop();
      if (document.hidden) return;
      timer = setTimeout(
        () => {
          update();
          wait();
        },
        1000 - (Date.now() % 1000),
      );
    };
    const onvisibilitychange = () => {
      if (!document.hidden) update();
      wait();
    };
    document.addEventListener('visibilitychange', onvisibilitychange);
    wait();
    return () => {
      stop();
      document.removeEventListener('visibilitychange', onvisibilitychange);
    };
  });

  /** Milliseconds since 1970. Read in a component, it counts; elsewhere it is the time. */
  get now(): number {
    this.#subscribe();
    return Date.now();
  }
}

export const clock = new Clock();
