import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import type { InteractionSummary } from '../contract/contract';
import { outcomeKey } from '../history/outcome-key';
import { formatTime, formatWhen } from '../language/dates';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';
import { RevealButton } from '../reveal/reveal-button';
import { SessionStore } from '../session/session-store';
import { Commands } from '../shortcuts/commands';
import { channelIcon } from './agent-state-look';
import { CallerHistory } from './caller-history';
import { MyPast } from './my-past';
import { ReferenceData } from './reference-data';

const STALE_S = 600;

/** Who calls. It is filled before the phone rings. */
@Component({
  selector: 'ovoz-subscriber-card',
  imports: [Icon, MatButton, RevealButton, RouterLink, TranslocoDirective],
  templateUrl: './subscriber-card.html',
  styleUrl: './subscriber-card.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SubscriberCard {
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  private readonly store = inject(SessionStore);
  protected readonly live = inject(Live);
  protected readonly history = inject(CallerHistory);
  protected readonly past = inject(MyPast);
  protected readonly commands = inject(Commands);
  protected readonly reference = inject(ReferenceData);
  protected readonly outcome = outcomeKey;

  protected readonly waitedS = computed(() => {
    const segments = this.live.interaction()?.segments ?? [];
    return segments
      .filter(segment => segment.kind === 'queue' || segment.kind === 'ring')
      .reduce((sum, segment) => sum + ((segment.ended_at ? Date.parse(segment.ended_at) : this.clock.now()) - Date.parse(segment.started_at)) / 1000, 0);
  });
  protected readonly waited = computed(() => formatDuration(this.waitedS()));
  protected readonly recent = computed(() => this.past.today().filter(item => item.caller.number).slice(0, 4));
  protected readonly ageS = computed(() => {
    const at = this.history.at();
    return at === null ? 0 : Math.max(0, Math.floor((this.clock.now() - at) / 1000));
  });
  protected readonly age = computed(() => {
    const seconds = this.ageS();
    if (seconds < 5) return this.language.text('age.now');
    return seconds < 60 ? this.language.text('age.seconds', { n: seconds }) : this.language.text('age.minutes', { n: Math.floor(seconds / 60) });
  });
  protected readonly stale = computed(() => this.ageS() > STALE_S);

  protected readonly phone = formatPhoneNumber;
  protected readonly time = formatTime;
  protected readonly icon = channelIcon;

  /** An agent sees that a colleague spoke with the caller, but opens only own calls. */
  protected mayOpen(item: InteractionSummary): boolean {
    return item.agent?.id === this.store.session()?.user.id || this.store.reaches('interactions.read') === 'all';
  }

  protected when(at: string): string {
    return formatWhen(at, this.language.locale(), this.clock.now());
  }

  protected length(seconds: number | null): string {
    return seconds ? formatDuration(seconds) : '';
  }
}
