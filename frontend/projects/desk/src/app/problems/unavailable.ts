import { ChangeDetectionStrategy, Component, DestroyRef, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { reconnectDelayMs } from '../live/reconnect';
import { SessionStore } from '../session/session-store';
import { Problem } from './problem';
import { ProblemPage } from './problem-page';

/** The platform is away. It is tried again until it answers; then the person is where they wanted to be. */
@Component({
  selector: 'ovoz-unavailable',
  imports: [MatButton, ProblemPage, TranslocoDirective],
  template: `
    <ovoz-problem-page page="unavailable" icon="server" *transloco="let t">
      <button matButton="filled" type="button" [disabled]="trying()" (click)="tryNow()" data-testid="unavailable-retry">{{ t('action.retry') }}</button>
    </ovoz-problem-page>
  `,
  styles: `:host { display: grid; height: 100vh; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Unavailable {
  private readonly store = inject(SessionStore);
  private readonly router = inject(Router);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 3;

  readonly next = input<string>();
  protected readonly trying = signal(false);

  constructor() {
    this.wait();
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  protected async tryNow(): Promise<void> {
    clearTimeout(this.timer);
    this.trying.set(true);
    const session = await this.store.load();
    this.trying.set(false);
    if (session instanceof Problem && session.status !== 401) this.wait();
    else await this.router.navigateByUrl(this.next() ?? '/');
  }

  private wait(): void {
    this.timer = setTimeout(() => void this.tryNow(), reconnectDelayMs(this.attempt++, Math.random()));
  }
}
