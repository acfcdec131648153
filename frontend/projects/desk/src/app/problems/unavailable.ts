import { ChangeDetectionStrategy, Component, inject, input } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { SessionStore } from '../session/session-store';
import { Problem } from './problem';
import { ProblemPage } from './problem-page';
import { tryingAgain } from './trying-again';

/** The platform is away. It is tried again until it answers; then the person is where they wanted to be. */
@Component({
  selector: 'ovoz-unavailable',
  imports: [MatButton, ProblemPage, TranslocoDirective],
  template: `
    <ovoz-problem-page page="unavailable" icon="server" *transloco="let t">
      <button matButton="filled" type="button" [disabled]="again.trying()" (click)="again.now()" data-testid="unavailable-retry">{{ t('action.retry') }}</button>
    </ovoz-problem-page>
  `,
  styles: `:host { display: grid; height: 100vh; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Unavailable {
  private readonly store = inject(SessionStore);
  private readonly router = inject(Router);

  readonly next = input<string>();
  protected readonly again = tryingAgain(3, async () => {
    const session = await this.store.load();
    if (session instanceof Problem && session.status !== 401) return false;
    return this.router.navigateByUrl(this.next() ?? '/');
  });
}
