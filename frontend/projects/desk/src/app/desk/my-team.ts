import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { Colleague, ShiftMessage } from '../contract/contract';
import { LiveSocket } from '../live/live-socket';
import { SessionStore } from '../session/session-store';
import { AGENT_STATE_LOOK } from './agent-state-look';
import { ReferenceData } from './reference-data';

/** Who of my team is on duty, while I look. */
@Component({
  selector: 'ovoz-my-team',
  imports: [Icon, TranslocoDirective],
  template: `
    @if (colleagues().length > 0) {
      <section *transloco="let t" data-testid="my-team">
        <div class="block-head"><h2>{{ t('my_team.title') }} <span class="muted plain">{{ colleagues().length }}</span></h2><span class="source">{{ t('source.switchboard_now') }}</span></div>
        <ul>
          @for (colleague of colleagues(); track colleague.id) {
            <li data-testid="colleague" [attr.data-id]="colleague.id" [attr.data-state]="colleague.state">
              <span class="cut">{{ colleague.name }}</span>
              <span class="row row-tight ink nowrap" [class]="'row row-tight ink nowrap ' + looks[colleague.state].look"><svg [ovozIcon]="looks[colleague.state].icon" class="i-s"></svg>{{ colleague.state === 'break' ? breakName(colleague.reason) : t('state.' + colleague.state) }}</span>
              <span class="small muted nowrap time">{{ since(colleague.since) }}</span>
            </li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    ul { display: grid; grid-template-columns: repeat(auto-fill, minmax(17rem, 1fr)); column-gap: var(--ovoz-space-6); }
    li { display: grid; grid-template-columns: minmax(0, 1fr) auto 3rem; align-items: center; gap: var(--ovoz-space-2); min-height: 1.875rem; border-block-end: 1px solid var(--ovoz-hairline); }
    .ink { color: var(--s); font: var(--mat-sys-body-small); }
    .time { text-align: end; font-variant-numeric: tabular-nums; }
    .plain { font-weight: 400; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class MyTeam {
  private readonly clock = inject(ServerClock);
  private readonly reference = inject(ReferenceData);
  private readonly me = inject(SessionStore).session()?.user.id;
  private readonly heard = signal<readonly Colleague[]>([]);
  protected readonly looks = AGENT_STATE_LOOK;
  protected readonly colleagues = computed(() =>
    this.heard().filter(colleague => colleague.id !== this.me).sort((a, b) => a.name.localeCompare(b.name)),
  );

  constructor() {
    // The desk's own socket sees to the session.
    const socket = new LiveSocket<ShiftMessage>('/api/desk/colleagues', message => {
      if (message.type === 'colleagues') this.heard.set(message.data.agents);
    }, () => undefined);
    inject(DestroyRef).onDestroy(() => socket.stop());
  }

  protected breakName(code: string | null): string {
    return this.reference.breakName(code);
  }

  protected since(at: string): string {
    return this.clock.duration(at);
  }
}
