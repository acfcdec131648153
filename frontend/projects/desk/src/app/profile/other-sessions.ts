import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { OtherSession } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { formatWhen } from '../language/dates';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { browserOf } from './user-agent';

/** Where else I am signed in; each can be ended from here. */
@Component({
  selector: 'ovoz-other-sessions',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <div *transloco="let t" data-testid="other-sessions">
      <div class="stack head"><span class="strong">{{ t('sessions.title') }}</span><span class="small muted">{{ t('sessions.more') }}</span></div>
      @if (problem(); as problem) {
        <div class="notice notice-danger" role="alert"><svg ovozIcon="alert"></svg><span>{{ text.of(problem) }}</span><button matButton="outlined" class="btn-s" type="button" (click)="read()">{{ t('action.retry') }}</button></div>
      }
      @if (sessions(); as sessions) {
        <ul>
          @for (session of sessions; track session.id) {
            <li data-testid="other-session">
              <svg ovozIcon="screen" class="muted"></svg>
              <span class="stack grow"><span>{{ browser(session.user_agent) || t('sessions.unknown') }}</span><span class="small muted">{{ t('sessions.when', { address: session.address, created: when(session.created_at), seen: when(session.last_seen_at) }) }}</span></span>
              <button matButton="outlined" class="btn-s" type="button" [disabled]="ending() === session.id" (click)="end(session)" data-testid="other-session-end">{{ t('sessions.end') }}</button>
            </li>
          } @empty { <li class="soft">{{ t('sessions.none') }}</li> }
        </ul>
      } @else if (!problem()) {
        <ul><li><span class="bone wide"></span></li></ul>
      }
    </div>
  `,
  styles: `
    .head { padding-block-start: var(--ovoz-space-3); }
    ul { padding-block: var(--ovoz-space-1); }
    li { display: flex; align-items: center; gap: var(--ovoz-space-3); min-height: 2.75rem; padding-block: var(--ovoz-space-1); }
    li + li { border-block-start: 1px solid var(--ovoz-hairline); }
    .notice { margin-block: var(--ovoz-space-2); } .wide { width: 60%; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OtherSessions {
  private readonly api = inject(OvozApi);
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  protected readonly text = inject(ProblemText);

  protected readonly sessions = signal<OtherSession[] | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly ending = signal<string | null>(null);
  protected readonly browser = browserOf;

  constructor() {
    void this.read();
  }

  async read(): Promise<void> {
    this.problem.set(null);
    try {
      this.sessions.set(await this.api.otherSessions());
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  protected async end({ id }: OtherSession): Promise<void> {
    this.ending.set(id);
    this.problem.set(null);
    try {
      await this.api.endSession(id);
      this.sessions.update(known => known?.filter(session => session.id !== id) ?? null);
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.ending.set(null);
    }
  }

  protected when(at: string): string {
    return formatWhen(at, this.language.locale(), this.clock.now());
  }
}
