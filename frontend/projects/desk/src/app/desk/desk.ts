import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Live } from '../live/live';
import { CallWork } from './call-work';
import { MyDay } from './my-day';
import { MyInteractions } from './my-interactions';
import { SubscriberCard } from './subscriber-card';
import { WrapUpPanel } from './wrap-up-panel';

/** Three columns: my interactions, the work, the subscriber. */
@Component({
  selector: 'ovoz-agent-desk',
  imports: [CallWork, MyDay, MyInteractions, SubscriberCard, WrapUpPanel],
  template: `
    <div class="desk">
      <ovoz-my-interactions class="col" />
      <main class="col work">
        @switch (stage()) {
          @case ('none') { <ovoz-my-day /> }
          @case ('wrap_up') { <ovoz-wrap-up-panel /> }
          @default { <ovoz-call-work /> }
        }
      </main>
      <ovoz-subscriber-card class="col" />
    </div>
  `,
  styles: `
    :host { display: grid; min-height: 0; }
    .desk { display: grid; grid-template-columns: 14.5rem minmax(0, 1fr) 24.25rem; min-height: 0; }
    .work { background: var(--ovoz-panel); border-inline: 1px solid var(--ovoz-hairline); display: flex; flex-direction: column; }
    .work > * { flex: 1 0 auto; min-height: 100%; }
    @media (min-width: 100em) { .desk { grid-template-columns: 19rem minmax(0, 1fr) 31rem; } }
    @media (max-width: 79.99em) { .desk { grid-template-columns: 13rem minmax(0, 1fr) 20rem; } }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class AgentDesk {
  private readonly live = inject(Live);
  protected readonly stage = computed(() => this.live.interaction()?.state ?? 'none');
}
