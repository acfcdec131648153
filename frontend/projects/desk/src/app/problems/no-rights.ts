import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { SessionStore } from '../session/session-store';
import { ProblemPage } from './problem-page';

@Component({
  selector: 'ovoz-no-rights',
  imports: [MatButton, ProblemPage, TranslocoDirective],
  template: `
    <ovoz-problem-page page="no_rights" icon="key" *transloco="let t">
      <button matButton="filled" type="button" (click)="signInAsAnother()" data-testid="sign-out">{{ t('page.no_rights.other') }}</button>
    </ovoz-problem-page>
  `,
  styles: `:host { display: grid; height: 100vh; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NoRights {
  private readonly store = inject(SessionStore);

  protected async signInAsAnother(): Promise<void> {
    await this.store.signOut();
  }
}
