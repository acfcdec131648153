import { ChangeDetectionStrategy, Component, input } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';

/** A page that has only one thing to say; what can be done about it is put inside. */
@Component({
  selector: 'ovoz-problem-page',
  imports: [Icon, TranslocoDirective],
  template: `
    <main *transloco="let t" [attr.data-testid]="'page-' + page().replace('_', '-')">
      <span class="empty-i"><svg [ovozIcon]="icon()" class="i-l"></svg></span>
      <h1 class="h-page">{{ t('page.' + page() + '.title') }}</h1>
      <p class="soft">{{ t('page.' + page() + '.text') }}</p>
      <div class="row wrap"><ng-content /></div>
    </main>
  `,
  styles: `
    :host { display: grid; min-height: 100%; }
    main { display: flex; flex-direction: column; align-items: center; justify-content: center; gap: var(--ovoz-space-3); padding: var(--ovoz-space-12) var(--ovoz-space-6); text-align: center; }
    p { max-width: 44ch; text-wrap: balance; }
    .row { justify-content: center; margin-block-start: var(--ovoz-space-2); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class ProblemPage {
  readonly page = input.required<'unavailable' | 'suspended' | 'no_rights' | 'not_found'>();
  readonly icon = input.required<string>();
}
