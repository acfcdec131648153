import { ChangeDetectionStrategy, Component } from '@angular/core';
import { MatAnchor } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { ProblemPage } from './problem-page';

@Component({
  selector: 'ovoz-not-found',
  imports: [MatAnchor, ProblemPage, RouterLink, TranslocoDirective],
  template: `
    <ovoz-problem-page page="not_found" icon="search" *transloco="let t">
      <a matButton="filled" routerLink="/">{{ t('page.not_found.home') }}</a>
    </ovoz-problem-page>
  `,
  styles: `:host { display: grid; background: var(--ovoz-panel); }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NotFound {}
