import { ChangeDetectionStrategy, Component, computed, effect, inject, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon, LevelMeter, QualityBars } from '@ovoz/ui';
import { formatDuration } from '../clock/duration';
import { ServerClock } from '../clock/server-clock';
import { AGENT_STATE_LOOK, INTERACTION_STATE_LOOK } from '../desk/agent-state-look';
import { colleagueOf, partiesOf } from '../desk/call-parties';
import { DeskCommands } from '../desk/desk-commands';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';
import { AudioDevices } from '../phone/audio-devices';
import { Phone } from '../phone/phone';
import { Commands } from '../shortcuts/commands';
import { DeskView } from './desk-view';
import { Keypad } from './keypad';

/** The phone. It never moves: who, how long, the keys, the line, and whether it is registered. */
@Component({
  selector: 'ovoz-phone-bar',
  imports: [Icon, Keypad, LevelMeter, MatButton, MatTooltip, QualityBars, TranslocoDirective],
  templateUrl: './phone-bar.html',
  styleUrl: './phone-bar.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PhoneBar {
  private readonly clock = inject(ServerClock);
  private readonly language = inject(Language);
  protected readonly live = inject(Live);
  protected readonly phone = inject(Phone);
  protected readonly devices = inject(AudioDevices);
  protected readonly commands = inject(DeskCommands);
  protected readonly all = inject(Commands);
  protected readonly view = inject(DeskView);

  protected readonly interaction = this.live.interaction;
  protected readonly stage = computed(() => this.interaction()?.state ?? null);
  protected readonly inCall = computed(() => this.stage() === 'talking' || this.stage() === 'held');
  protected readonly tinted = computed(() => this.inCall() || this.stage() === 'ringing' || this.stage() === 'calling');
  protected readonly look = computed(() => {
    const stage = this.stage();
    if (stage) return INTERACTION_STATE_LOOK[stage];
    const look = AGENT_STATE_LOOK[this.live.agent()?.state ?? 'offline'];
    return { look: look.look, icon: this.live.agent()?.state === 'ready' ? 'headset' : look.icon };
  });
  protected readonly number = computed(() => formatPhoneNumber(this.interaction()?.caller.number));
  protected readonly colleague = computed(() => colleagueOf(this.interaction()));
  protected readonly timer = computed(() => {
    const call = this.interaction();
    if (!call) return '';
    if (this.inCall()) return this.clock.callTimer(call);
    return this.clock.timer(call.segments.at(-1)?.started_at ?? call.started_at);
  });
  protected readonly parties = computed(() => partiesOf(this.interaction()));
  /** How long the recording stays silent for a card's number, if nobody ends it before. */
  protected readonly pauseLeft = computed(() => formatDuration(Math.max(0, this.clock.until(this.interaction()?.recording_paused_until))));
  protected readonly heldFor = computed(() => this.clock.duration(this.interaction()?.held_since));
  protected readonly lasted = computed(() => {
    const call = this.interaction();
    return call?.ended_at ? this.clock.callTimer(call) : '';
  });
  /** The agent's leg is lost; the platform calls this page again. */
  protected readonly rejoining = computed(() => this.inCall() && this.interaction()?.rejoin_until !== null && !this.phone.connected());
  protected readonly idleTitle = computed(() => {
    const agent = this.live.agent();
    if (!agent) return 'phone.idle.loading';
    if (this.phone.state() === 'superseded') return 'registration.superseded';
    if (this.phone.state() !== 'registered') return 'phone.idle.not_connected';
    return agent.state === 'ready' ? 'phone.idle.ready' : `phone.idle.${agent.state}`;
  });
  protected readonly microphone = computed(() => {
    this.devices.stream();
    return this.devices.microphoneLabel;
  });
  protected readonly figures = computed(() => {
    const quality = this.phone.line.quality();
    const say = (value: number | null | undefined, digits: number) => (value === null || value === undefined ? '—' : this.language.number(value, digits));
    return { mos: say(quality?.mos, 1), rtt: say(quality?.roundTripMs, 0), jitter: say(quality?.jitterMs, 0), loss: say(quality?.lossPercent, 1) };
  });

  constructor() {
    // Only while it is seen: the level of an unused microphone is nobody's business.
    effect(onCleanup => {
      if (this.devices.state() !== 'open') return;
      onCleanup(untracked(() => this.devices.watchLevel()));
    });
    effect(() => {
      if (!this.inCall()) untracked(() => this.view.keypadOpen.set(false));
    });
  }

  protected toggleKeypad(): void {
    this.view.keypadOpen.update(open => !open);
  }
}
