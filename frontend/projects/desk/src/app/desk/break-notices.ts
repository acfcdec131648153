import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { BreakAnswer } from '../contract/contract';
import { Live } from '../live/live';
import { nearnessOfLimit } from './break-limit';
import { DeskCommands } from './desk-commands';
import { ReferenceData } from './reference-data';

/** What an agent must know of breaks wherever they are: an open request, its answer, a limit that is near or passed. */
@Component({
  selector: 'ovoz-break-notices',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <div class="notices" role="status" aria-live="polite" *transloco="let t">
      @if (live.agent()?.wish; as wish) {
        <div class="notice notice-info" data-testid="break-wish" [attr.data-reason]="wish.reason">
          <svg ovozIcon="clock"></svg><span><b class="strong">{{ t('wish.asked', { name: name(wish.reason) }) }}</b> {{ t('wish.waits') }} <span class="left" aria-live="off" data-testid="break-wish-left">{{ left() }}</span></span>
          <button matButton="outlined" class="btn-s" type="button" data-testid="break-wish-withdraw" [disabled]="commands.pending() === 'break-request'" (click)="commands.withdrawBreakRequest()">{{ t('wish.withdraw') }} <span class="kbd">Alt W</span></button>
        </div>
      }
      @if (answer(); as answer) {
        <div class="notice" [class.notice-info]="answer.outcome === 'approved'" [class.notice-warn]="answer.outcome !== 'approved'" data-testid="break-answer" [attr.data-outcome]="answer.outcome">
          <svg [ovozIcon]="answer.outcome === 'approved' ? 'check-circle' : 'x-circle'"></svg>
          <span><b class="strong">{{ t('wish.outcome.' + answer.outcome, { name: name(answer.reason) }) }}</b> {{ said(answer) }}</span>
          <button class="icon-btn icon-btn-s push" type="button" [attr.aria-label]="t('action.close')" (click)="read.set(answer.at)" data-testid="break-answer-close"><svg ovozIcon="x"></svg></button>
        </div>
      }
      @if (limit(); as limit) {
        <div class="notice" [class.notice-warn]="limit === 'near'" [class.notice-danger]="limit === 'over'" data-testid="break-limit" [attr.data-nearness]="limit">
          <svg ovozIcon="coffee"></svg><span><b class="strong">{{ t('break_limit.' + limit) }}</b>&ngsp;<span class="left" aria-live="off">{{ limitTime() }}</span></span>
          <button matButton="outlined" class="btn-s" type="button" [disabled]="commands.pending() === 'state'" (click)="commands.setState('ready')">{{ t('day.back') }} <span class="kbd">Alt G</span></button>
        </div>
      }
    </div>
  `,
  styles: `
    :host { display: block; }
    .notices { display: grid; gap: var(--ovoz-space-1); padding-inline: var(--ovoz-gutter); background: var(--ovoz-panel); }
    .notices:has(> .notice) { padding-block: 6px; border-block-end: 1px solid var(--ovoz-hairline); }
    .notice .icon-btn { color: inherit; }
    .notice .kbd { background: none; border-color: currentColor; color: inherit; }
    .left { font-variant-numeric: tabular-nums; white-space: nowrap; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BreakNotices {
  private readonly clock = inject(ServerClock);
  private readonly reference = inject(ReferenceData);
  protected readonly live = inject(Live);
  protected readonly commands = inject(DeskCommands);

  /** The answer that was read, by its moment. */
  protected readonly read = signal<string | null>(null);
  protected readonly answer = computed(() => {
    const answer = this.live.agent()?.answer;
    return answer && answer.at !== this.read() ? answer : null;
  });
  protected readonly left = computed(() => formatDuration(Math.max(0, this.clock.until(this.live.agent()?.wish?.until))));
  protected readonly limit = computed(() => {
    const agent = this.live.agent();
    if (!agent?.break_until) return null;
    const nearness = nearnessOfLimit(Date.parse(agent.since), Date.parse(agent.break_until), this.clock.now(), agent.break_over);
    return nearness === 'far' ? null : nearness;
  });
  protected readonly limitTime = computed(() => {
    const until = this.live.agent()?.break_until;
    return formatDuration(Math.abs(this.clock.until(until)));
  });

  protected said({ by, note }: BreakAnswer): string {
    return [by?.name, note].filter(Boolean).join(': ');
  }

  protected name(reason: string): string {
    return this.reference.breakName(reason) || reason;
  }
}
