import { HttpClient } from '@angular/common/http';
import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatAnchor, MatButton } from '@angular/material/button';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Brand, Icon } from '@ovoz/ui';
import { firstValueFrom } from 'rxjs';
import type { Locale } from '../contract/contract';
import type { Invitation as Invited } from '../contract/people';
import { Language, LOCALES } from '../language/language';
import { NewPassword } from '../password/new-password';
import { strengthOf } from '../password/password-rules';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';

/** Behind the link of an invitation: who is invited where, and the password that they choose. */
@Component({
  selector: 'ovoz-invitation',
  imports: [Brand, Icon, MatAnchor, MatButton, NewPassword, RouterLink, TranslocoDirective],
  templateUrl: './invitation.html',
  styleUrl: './invitation.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Invitation {
  private readonly http = inject(HttpClient);
  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  protected readonly language = inject(Language);
  protected readonly text = inject(ProblemText);

  readonly token = input.required<string>();

  protected readonly locales = LOCALES;
  protected readonly invited = signal<Invited | null>(null);
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly password = signal('');
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly ownWords = computed(() => {
    const invited = this.invited();
    return invited ? [invited.name, invited.email, invited.operator] : [];
  });

  constructor() {
    effect(() => {
      const token = this.token();
      untracked(() => void this.read(token));
    });
  }

  protected async read(token: string): Promise<void> {
    this.failure.set(null);
    try {
      this.invited.set(await firstValueFrom(this.http.get<Invited>(at(token))));
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }

  protected async accept(event: Event): Promise<void> {
    event.preventDefault();
    const invited = this.invited();
    this.tried.set(true);
    this.problem.set(null);
    if (!invited || this.busy() || strengthOf(this.password(), this.ownWords()) === 0) return;
    this.busy.set(true);
    try {
      await firstValueFrom(this.http.post(`${at(this.token())}/accept`, { password: this.password() }));
      await this.enter(invited.email);
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected choose(locale: Locale): void {
    void this.language.choose(locale);
  }

  /** The password is set; when signing in does not succeed at once, the form does it. */
  private async enter(email: string): Promise<void> {
    try {
      await this.store.signIn(email, this.password());
      await this.router.navigateByUrl('/');
    } catch {
      await this.router.navigate(['/sign-in'], { queryParams: { why: 'invited', address: email } });
    }
  }
}

function at(token: string): string {
  return `/api/invitations/${encodeURIComponent(token)}`;
}
