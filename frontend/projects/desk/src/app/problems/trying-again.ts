import { DestroyRef, inject, type Signal, signal } from '@angular/core';
import { reconnectDelayMs } from '../live/reconnect';

export interface TryingAgain {
  readonly trying: Signal<boolean>;
  now(): Promise<void>;
}

/** Tries by itself, at intervals that grow, until `once` says that it is done; `now` does not wait. In an injection context. */
export function tryingAgain(firstAttempt: number, once: () => Promise<boolean>): TryingAgain {
  const trying = signal(false);
  let attempt = firstAttempt;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gone = false;

  async function now(): Promise<void> {
    clearTimeout(timer);
    trying.set(true);
    const done = await once();
    trying.set(false);
    if (!done) wait();
  }
  function wait(): void {
    if (!gone) timer = setTimeout(() => void now(), reconnectDelayMs(attempt++, Math.random()));
  }

  wait();
  inject(DestroyRef).onDestroy(() => {
    gone = true;
    clearTimeout(timer);
  });
  return { trying: trying.asReadonly(), now };
}
