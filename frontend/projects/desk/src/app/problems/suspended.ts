import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { SessionStore } from '../session/session-store';
import { ProblemPage } from './problem-page';
import { Suspension } from './suspension';
import { tryingAgain } from './trying-again';

/** The operator is suspended: why, in the provider's words. Once it is served again the person is where they were. */
@Component({
  selector: 'ovoz-suspended',
  imports: [MatButton, ProblemPage, TranslocoDirective],
  template: `
    <ovoz-problem-page page="suspended" icon="pause" *transloco="let t">
      @if (reason()) { <p class="notice notice-info" data-testid="suspended-reason">{{ t('page.suspended.reason', { reason: reason() }) }}</p> }
      <button matButton="filled" type="button" [disabled]="again.trying()" (click)="again.now()" data-testid="suspended-retry">{{ t('action.retry') }}</button>
    </ovoz-problem-page>
  `,
  styles: `:host { display: grid; height: 100vh; } .notice { flex-basis: 100%; justify-content: center; margin-block-end: var(--ovoz-space-2); }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Suspended {
  private readonly store = inject(SessionStore);
  private readonly router = inject(Router);
  private readonly suspension = inject(Suspension);

  readonly next = input<string>();
  protected readonly reason = computed(() => this.suspension.refused()?.reason);
  protected readonly again = tryingAgain(5, async () => {
    try {
      await this.store.loadSite();
    } catch {
      return false;
    }
    this.suspension.over();
    return this.router.navigateByUrl(this.next() ?? '/');
  });
}
