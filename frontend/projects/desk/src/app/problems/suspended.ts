import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { reconnectDelayMs } from '../live/reconnect';
import { SessionStore } from '../session/session-store';
import { ProblemPage } from './problem-page';
import { Suspension } from './suspension';

/** The operator is suspended: why, in the provider's words. Once it is served again the person is where they were. */
@Component({
  selector: 'ovoz-suspended',
  imports: [MatButton, ProblemPage, TranslocoDirective],
  template: `
    <ovoz-problem-page page="suspended" icon="pause" *transloco="let t">
      @if (reason()) { <p class="notice notice-info" data-testid="suspended-reason">{{ t('page.suspended.reason', { reason: reason() }) }}</p> }
      <button matButton="filled" type="button" [disabled]="trying()" (click)="tryNow()" data-testid="suspended-retry">{{ t('action.retry') }}</button>
    </ovoz-problem-page>
  `,
  styles: `:host { display: grid; height: 100vh; } .notice { flex-basis: 100%; justify-content: center; margin-block-end: var(--ovoz-space-2); }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Suspended {
  private readonly store = inject(SessionStore);
  private readonly router = inject(Router);
  private readonly suspension = inject(Suspension);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 5;

  readonly next = input<string>();
  protected readonly reason = computed(() => this.suspension.refused()?.reason);
  protected readonly trying = signal(false);

  constructor() {
    this.wait();
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  protected async tryNow(): Promise<void> {
    clearTimeout(this.timer);
    this.trying.set(true);
    try {
      await this.store.loadSite();
      this.suspension.over();
      await this.router.navigateByUrl(this.next() ?? '/');
    } catch {
      this.wait();
    } finally {
      this.trying.set(false);
    }
  }

  private wait(): void {
    this.timer = setTimeout(() => void this.tryNow(), reconnectDelayMs(this.attempt++, Math.random()));
  }
}
