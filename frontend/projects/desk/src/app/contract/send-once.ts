import { firstValueFrom, type Observable, retry, throwError, timer } from 'rxjs';
import { Problem } from '../problems/problem';

/** A request that creates or commands has one key; it is sent once more under the same key when no answer came. */
export function sendOnce<T>(send: (headers: Record<string, string>) => Observable<T>): Promise<T> {
  const headers = { 'Idempotency-Key': crypto.randomUUID() };
  return firstValueFrom(
    send(headers).pipe(
      retry({
        count: 1,
        delay: (error: unknown) => (error instanceof Problem && error.status === 0 ? timer(400) : throwError(() => error)),
      }),
    ),
  );
}

/** Says which version is changed, so that nobody's work is overwritten unseen (RFC 9110, 13.1.1). */
export function ifVersion(version: number): Record<string, string> {
  return { 'If-Match': `"${version}"` };
}

/** Only what has a value becomes part of the address. */
export function queryOf(values: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([name, value]) => [name, String(value)]),
  );
}
