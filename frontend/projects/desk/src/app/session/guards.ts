import { inject } from '@angular/core';
import { type CanActivateFn, RedirectCommand, Router } from '@angular/router';
import type { Right } from '../contract/rights';
import { Problem } from '../problems/problem';
import { SessionStore } from './session-store';

/** Signed in; otherwise the page that says what to do. */
export const signedIn: CanActivateFn = async (_route, state) => {
  const store = inject(SessionStore);
  const router = inject(Router);
  const session = await store.load();
  if (!(session instanceof Problem)) return true;
  if (session.status === 401) {
    const queryParams = state.url === '/' ? {} : { next: state.url };
    return new RedirectCommand(router.createUrlTree(['/sign-in'], { queryParams }));
  }
  return new RedirectCommand(router.createUrlTree(['/unavailable'], { queryParams: { next: state.url } }), { skipLocationChange: true });
};

/** Only with this right; others go to `otherwise`. */
export function needs(right: Right, otherwise: string): CanActivateFn {
  return () => {
    const router = inject(Router);
    return inject(SessionStore).may(right) || new RedirectCommand(router.parseUrl(otherwise), { skipLocationChange: otherwise === '/no-rights' });
  };
}

/** Where the first of these rights that the person has leads; nowhere else without any. */
export function toFirst(ways: readonly (readonly [Right, string])[]): CanActivateFn {
  return () => {
    const store = inject(SessionStore);
    const way = ways.find(([right]) => store.may(right));
    return new RedirectCommand(inject(Router).parseUrl(way?.[1] ?? '/no-rights'), { skipLocationChange: !way });
  };
}
