import { HttpErrorResponse, HttpHeaders } from '@angular/common/http';
import { toProblem } from './problem';

describe('problems', () => {
  it('are read from the document', () => {
    const problem = toProblem(new HttpErrorResponse({ status: 429, error: { type: '/problems/too-many-attempts', title: 'Too many', retry_after_s: 83 } }));
    expect(problem).toMatchObject({ slug: 'too-many-attempts', status: 429, retryAfterS: 83, mayPass: true });
  });

  it('name the right that is missing', () => {
    expect(toProblem(new HttpErrorResponse({ status: 403, error: { type: '/problems/right-missing', title: 'No', right: 'recordings.listen' } })).right).toBe('recordings.listen');
  });

  it('say why an operator is suspended', () => {
    const error = { type: '/problems/operator-suspended', title: 'Suspended', reason: 'The invoice is open' };
    expect(toProblem(new HttpErrorResponse({ status: 403, error })).reason).toBe('The invoice is open');
    expect(toProblem(new HttpErrorResponse({ status: 403, error: { ...error, reason: '' } })).reason).toBeNull();
  });

  it('without a document go by their status', () => {
    expect(toProblem(new HttpErrorResponse({ status: 502, error: '<html>' })).slug).toBe('server-failing');
    expect(toProblem(new HttpErrorResponse({ status: 0 })).slug).toBe('unreachable');
  });

  it('take the wait from the header when the body has none', () => {
    const headers = new HttpHeaders({ 'Retry-After': '7' });
    expect(toProblem(new HttpErrorResponse({ status: 429, headers, error: {} })).retryAfterS).toBe(7);
  });
});
