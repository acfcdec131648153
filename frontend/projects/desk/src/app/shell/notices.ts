import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import { BreakText } from '../desk/break-text';
import { DeskCommands } from '../desk/desk-commands';
import { Live } from '../live/live';
import { AudioDevices } from '../phone/audio-devices';
import { Phone } from '../phone/phone';
import type { Problem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';

/** A short interruption heals before anybody reads of it. */
const QUIET_MS = 1500;

/** What is wrong right now, what was kept, and the one thing to do about it. */
@Component({
  selector: 'ovoz-notices',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <div class="notices" role="status" aria-live="polite" *transloco="let t">
      @if (phone.state() === 'superseded') {
        <div class="notice notice-warn" data-testid="notice-superseded">
          <svg ovozIcon="swap"></svg><span><b class="strong">{{ t('notice.superseded') }}</b> {{ t('notice.superseded_more') }}</span>
          <button matButton="outlined" class="btn-s" type="button" data-testid="take-phone" (click)="phone.takeHere()">{{ t('notice.take_here') }}</button>
        </div>
      }
      @if (lostLong()) {
        <div class="notice notice-warn" data-testid="notice-live-lost">
          <svg ovozIcon="refresh"></svg><span><b class="strong">{{ t('notice.live_lost') }}</b> {{ t('notice.live_lost_more') }}</span>
          <button matButton="outlined" class="btn-s" type="button" (click)="live.reconnect()">{{ t('notice.reconnect') }}</button>
        </div>
      } @else if (!live.switchboardAvailable()) {
        <div class="notice notice-warn" data-testid="notice-switchboard">
          <svg ovozIcon="server"></svg><span><b class="strong">{{ t('notice.switchboard') }}</b> {{ t('notice.switchboard_more') }}</span>
        </div>
      }
      @if (live.desk()?.phone?.available === false) {
        <div class="notice notice-warn" data-testid="notice-media">
          <svg ovozIcon="tower"></svg><span><b class="strong">{{ t('notice.media') }}</b> {{ t('notice.media_more') }}</span>
        </div>
      }
      @if (microphoneProblem(); as problem) {
        <div class="notice notice-danger" data-testid="notice-microphone">
          <svg ovozIcon="mic-off"></svg><span><b class="strong">{{ t('notice.microphone.' + problem) }}</b> {{ t('notice.microphone.' + problem + '_more') }}</span>
          <button matButton="outlined" class="btn-s" type="button" (click)="devices.open()">{{ t('action.retry') }}</button>
        </div>
      }
      @if (commands.failed(); as failed) {
        <div class="notice notice-danger" role="alert" data-testid="notice-command">
          <svg ovozIcon="alert"></svg><span><b class="strong">{{ t('notice.command.' + failed.command) }}</b> {{ full(failed.problem) || text.of(failed.problem) }}</span>
          <button matButton="outlined" class="btn-s" type="button" (click)="failed.again()">{{ t('action.retry') }}</button>
          <button class="icon-btn icon-btn-s" type="button" [attr.aria-label]="t('action.close')" (click)="commands.dismissFailure()"><svg ovozIcon="x"></svg></button>
        </div>
      }
    </div>
  `,
  styles: `
    :host { display: block; }
    .notices { display: grid; gap: var(--ovoz-space-1); padding-inline: var(--ovoz-gutter); background: var(--ovoz-panel); }
    .notices:has(> .notice) { padding-block: 6px; border-block-end: 1px solid var(--ovoz-hairline); }
    .notice .icon-btn { color: inherit; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Notices {
  private readonly clock = inject(ServerClock);
  private readonly breaks = inject(BreakText);
  protected readonly live = inject(Live);
  protected readonly phone = inject(Phone);
  protected readonly devices = inject(AudioDevices);
  protected readonly commands = inject(DeskCommands);
  protected readonly text = inject(ProblemText);

  protected full({ slug, reason }: Problem): string {
    return slug === 'break-full' ? this.breaks.full(reason) : '';
  }

  protected readonly lostLong = computed(() => {
    const since = this.live.lostSince();
    this.clock.now();
    return since !== null && Date.now() - since > QUIET_MS;
  });
  protected readonly microphoneProblem = computed(() => {
    const state = this.devices.state();
    return state === 'refused' || state === 'missing' || state === 'busy' ? state : null;
  });
}
