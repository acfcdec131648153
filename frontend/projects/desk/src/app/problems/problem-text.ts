import { inject, Injectable } from '@angular/core';
import { Language } from '../language/language';
import type { Problem } from './problem';

/** A problem in the person's language: by its slug, then by its status; the server's words last. */
@Injectable({ providedIn: 'root' })
export class ProblemText {
  private readonly language = inject(Language);

  of(problem: Problem): string {
    const right = `right.${problem.right}`;
    if (problem.right && this.language.has(right)) return this.language.text('problem.right-missing_named', { right: this.language.text(right) });
    const key = `problem.${problem.slug}`;
    if (this.language.has(key)) return this.language.text(key);
    if (problem.status >= 500) return this.language.text('problem.server-failing');
    return problem.detail ?? problem.title;
  }
}
