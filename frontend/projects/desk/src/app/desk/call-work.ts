import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { formatTimeWithSeconds } from '../language/dates';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';
import { CallProgress } from './call-progress';
import { OutcomeForm } from './outcome-form';
import { ReasonText } from './reason-text';
import { WrapUpDraft } from './wrap-up-draft';

/** The middle column while a call is coming or running. */
@Component({
  selector: 'ovoz-call-work',
  imports: [CallProgress, Icon, OutcomeForm, TranslocoDirective],
  template: `
    <div class="call" *transloco="let t">
      @if (live.interaction(); as call) {
        <div class="head">
          <div class="row"><h1 class="h-page cut">{{ call.queue.name }}</h1>
            @if (call.direction === 'inbound') { <span class="small muted cut grow">{{ t('call.dialled', { number: phone(call.entry_point.number), name: call.entry_point.name }) }}</span> }
            @else if (call.direction === 'outbound') { <span class="small muted cut grow">{{ t('call.presented', { number: phone(call.entry_point.number) }) }}</span> }
          </div>
          @if (call.why; as why) { <p class="small soft why" data-testid="why"><span><span class="strong">{{ t('why.title') }}:</span> {{ reasons.why(why) }}@if (call.routed && reasons.routed(call.routed); as routed) { <span class="strong"> {{ t('routed.title') }}:</span> {{ routed }}}</span></p> }
          <ovoz-call-progress [segments]="call.segments" [queueName]="call.queue.name" />
        </div>
        @if (coming()) {
          <div class="coming">
            <span class="empty-i s-ring"><svg ovozIcon="phone-in" class="i-l"></svg></span>
            <h2 class="h-part">{{ t(call.state === 'ringing' ? 'call.ringing' : 'call.announced') }}</h2>
            <p class="soft">{{ t(call.state === 'ringing' ? 'call.ringing_more' : 'call.announced_more') }}</p>
            <p class="small muted keys"><span><span class="kbd">Alt A</span> {{ t('call.or') }} <span class="kbd">Enter</span> {{ t('phone.answer') }}</span><span><span class="kbd">Alt J</span> {{ t('phone.reject') }}</span></p>
          </div>
        } @else {
          <div class="form"><ovoz-outcome-form /></div>
          <div class="foot small muted">
            @if (draft.savedAt(); as at) { <svg ovozIcon="check" class="i-s t-success"></svg>{{ t('note.saved', { time: time(at) }) }} } @else { {{ t('note.finish_after') }} }
          </div>
        }
      }
    </div>
  `,
  styles: `
    :host, .call { display: flex; flex-direction: column; flex: 1 1 auto; min-height: 0; }
    .head { padding: 10px var(--ovoz-space-4) var(--ovoz-space-3); display: grid; gap: 10px; border-block-end: 1px solid var(--ovoz-hairline); }
    .head .row { gap: var(--ovoz-space-3); align-items: baseline; }
    .head h1 { flex: 0 1 auto; }
    .form { flex: 1 1 auto; min-height: 0; padding: var(--ovoz-space-3) var(--ovoz-space-4); display: flex; flex-direction: column; gap: var(--ovoz-space-4); }
    .foot { display: flex; align-items: center; gap: var(--ovoz-space-1); padding: var(--ovoz-space-2) var(--ovoz-space-4) var(--ovoz-space-3); min-height: 2.25rem; }
    .coming { flex: 1 1 auto; display: flex; flex-direction: column; align-items: center; justify-content: center; text-align: center; gap: var(--ovoz-space-2); padding: var(--ovoz-space-6); }
    .coming p { max-width: 44ch; }
    .coming .empty-i { background: var(--sc); color: var(--s); }
    .keys { display: flex; flex-wrap: wrap; justify-content: center; gap: var(--ovoz-space-1) var(--ovoz-space-4); margin-block-start: var(--ovoz-space-2); }
    @media (min-width: 100em) {
      .head { padding: var(--ovoz-space-4) var(--ovoz-space-6); }
      .form { padding: var(--ovoz-space-5) var(--ovoz-space-6); gap: var(--ovoz-space-6); }
      .foot { padding-inline: var(--ovoz-space-6); }
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CallWork {
  protected readonly live = inject(Live);
  protected readonly draft = inject(WrapUpDraft);
  protected readonly reasons = inject(ReasonText);
  protected readonly coming = computed(() => {
    const state = this.live.interaction()?.state;
    return state === 'announced' || state === 'ringing';
  });
  protected readonly phone = formatPhoneNumber;
  protected readonly time = formatTimeWithSeconds;
}
