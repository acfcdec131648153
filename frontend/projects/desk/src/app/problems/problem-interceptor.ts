import type { HttpInterceptorFn } from '@angular/common/http';
import { inject } from '@angular/core';
import { catchError, throwError } from 'rxjs';
import { toProblem } from './problem';
import { Suspension } from './suspension';

/** Every failed request becomes a `Problem`. */
export const problemInterceptor: HttpInterceptorFn = (request, next) => {
  const suspension = inject(Suspension);
  return next(request).pipe(
    catchError((error: unknown) => {
      const problem = toProblem(error);
      if (problem.slug === 'operator-suspended') suspension.note(problem, request.url);
      return throwError(() => problem);
    }),
  );
};
