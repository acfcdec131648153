import { HttpErrorResponse } from '@angular/common/http';

export interface FieldError {
  pointer: string;
  detail: string;
}

/** RFC 9457 problem details as an error. `status` is 0 when no answer came. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly slug: string,
    readonly status: number,
    readonly title: string,
    readonly detail: string | null = null,
    readonly errors: readonly FieldError[] = [],
    readonly retryAfterS: number | null = null,
    /** The right that would be needed, where the platform names it. */
    readonly right: string | null = null,
    /** What the provider said, where the operator is suspended. */
    readonly reason: string | null = null,
  ) {
    super(title);
  }

  /** Whether the same request may succeed later, unchanged. */
  get mayPass(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const SLUG = /\/problems\/([a-z0-9-]+)\/?$/;

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (!(error instanceof HttpErrorResponse)) {
    return new Problem('unexpected', 0, error instanceof Error ? error.message : String(error));
  }
  if (error.status === 0) return new Problem('unreachable', 0, 'No answer');
  const body: unknown = typeof error.error === 'string' ? parse(error.error) : error.error;
  if (typeof body !== 'object' || body === null) {
    return new Problem(slugOfStatus(error.status), error.status, error.statusText);
  }
  const member = body as Record<string, unknown>;
  const type = typeof member['type'] === 'string' ? member['type'] : '';
  const retryHeader = Number(error.headers.get('Retry-After'));
  return new Problem(
    SLUG.exec(type)?.[1] ?? slugOfStatus(error.status),
    error.status,
    typeof member['title'] === 'string' ? member['title'] : error.statusText,
    typeof member['detail'] === 'string' ? member['detail'] : null,
    Array.isArray(member['errors']) ? member['errors'].filter(isFieldError) : [],
    typeof member['retry_after_s'] === 'number' ? member['retry_after_s'] : retryHeader > 0 ? retryHeader : null,
    typeof member['right'] === 'string' ? member['right'] : null,
    typeof member['reason'] === 'string' && member['reason'] ? member['reason'] : null,
  );
}

function slugOfStatus(status: number): string {
  if (status === 401) return 'signed-out';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 429) return 'too-many-attempts';
  return status >= 500 ? 'server-failing' : 'unexpected';
}

function isFieldError(value: unknown): value is FieldError {
  return typeof value === 'object' && value !== null && 'pointer' in value && 'detail' in value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
