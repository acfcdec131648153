import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Party } from '../contract/contract';
import { partiesOf } from '../desk/call-parties';
import { DeskCommands } from '../desk/desk-commands';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';

/** Who else is in the call, whom I speak with now, and what can be done about it. There only when somebody is. */
@Component({
  selector: 'ovoz-party-bar',
  imports: [Icon, MatTooltip, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      @if (call(); as call) {
        <section class="bar" [attr.aria-label]="t('parties.title')" data-testid="party-bar" [attr.data-aside]="call.aside" role="status">
          @if (call.guest_of; as owner) {
            <svg ovozIcon="users"></svg>
            <span class="strong" data-testid="party-guest-of">{{ t(call.aside ? 'parties.asks_you' : joinedMyself() ? 'parties.joined_you' : 'parties.asks_you_waits', { name: owner.name }) }}</span>
          } @else if (parties().asked; as asked) {
            <svg [ovozIcon]="asked.agent ? 'user' : 'phone-out'"></svg>
            <span class="strong" data-testid="party-asked" [attr.data-state]="asked.lost ? 'lost' : asked.state">{{ t('parties.asked.' + (asked.lost ? 'lost' : asked.state), { name: name(asked) }) }}</span>
            <span class="small soft">{{ t(callerKey()) }}</span>
          } @else if (call.missed; as missed) {
            <svg ovozIcon="alert" class="t-warn"></svg>
            <span class="strong" data-testid="party-missed" [attr.data-outcome]="missed.outcome">{{ missed.agent?.name ?? phone(missed.number ?? '') }}: {{ t('missed.' + missed.outcome) }}</span>
            <span class="small soft">{{ t(call.state === 'held' ? 'parties.caller_waits' : 'parties.caller_hears_you') }}</span>
          } @else {
            <svg ovozIcon="users"></svg><span class="strong">{{ t('parties.together') }}</span>
          }
          @for (party of others(); track party.id) {
            <span class="chip" data-testid="party" [attr.data-lost]="party.lost">
              <svg [ovozIcon]="party.agent ? 'user' : 'phone-out'" class="i-s"></svg>{{ name(party) }}@if (party.lost) { · {{ t('parties.lost') }} }
              @if (!parties().guest) {
                <button type="button" class="icon-btn icon-btn-s" data-testid="party-remove" [attr.aria-label]="t('parties.remove', { name: name(party) })" [matTooltip]="t('parties.remove', { name: name(party) })" (click)="commands.removeParty(party.id)"><svg ovozIcon="x" class="i-s"></svg></button>
              }
            </span>
          }
          <span class="push acts" role="group" [attr.aria-label]="t('parties.acts')">
            @if (parties().maySwap) {
              <button type="button" class="act" data-testid="call-swap" [disabled]="busy()" (click)="commands.order('swap')" matTooltip="Alt+S"><svg ovozIcon="swap" class="i-s"></svg>{{ t(call.aside ? 'parties.to_caller' : 'parties.to_asked') }} <em>S</em></button>
            }
            @if (parties().mayJoin) {
              <button type="button" class="act" data-testid="call-join" [disabled]="busy()" (click)="commands.order('join')" matTooltip="Alt+C"><svg ovozIcon="users" class="i-s"></svg>{{ t('parties.join') }} <em>C</em></button>
            }
            @if (parties().mayComplete) {
              <button type="button" class="act act-main" data-testid="call-complete" [disabled]="busy()" (click)="commands.order('complete')" matTooltip="Alt+P"><svg [ovozIcon]="parties().asked ? 'transfer' : 'sign-out'" class="i-s"></svg>{{ t(parties().asked ? 'parties.complete' : 'parties.leave') }} <em>P</em></button>
            }
            @if (parties().mayReturn) {
              <button type="button" class="act" data-testid="call-return" [disabled]="busy()" (click)="commands.order('return')" matTooltip="Alt+R"><svg ovozIcon="undo" class="i-s"></svg>{{ t('parties.return') }} <em>R</em></button>
            }
          </span>
        </section>
      }
    </ng-container>
  `,
  styles: `
    :host { display: block; }
    .bar { display: flex; align-items: center; flex-wrap: wrap; gap: var(--ovoz-space-1) var(--ovoz-space-3); min-height: 2.5rem; padding: var(--ovoz-space-1) var(--ovoz-gutter); background: var(--ovoz-panel); border-block-end: 1px solid var(--ovoz-hairline); }
    .bar > .i { color: var(--ovoz-text-muted); flex: none; }
    .chip { display: inline-flex; align-items: center; gap: 5px; min-height: 1.75rem; padding: 0 2px 0 var(--ovoz-space-2); border-radius: var(--mat-sys-corner-full); box-shadow: inset 0 0 0 1px var(--ovoz-hairline); font: var(--mat-sys-label-medium); white-space: nowrap; }
    .chip:not(:has(button)) { padding-inline-end: var(--ovoz-space-2); }
    .acts { display: inline-flex; gap: var(--ovoz-space-1); }
    .act { display: inline-flex; align-items: center; gap: 6px; min-height: var(--ovoz-control-small); padding: 0 var(--ovoz-space-3); border: 1px solid var(--ovoz-field-outline); border-radius: var(--mat-sys-corner-small); background: none; color: var(--mat-sys-on-surface); font: var(--mat-sys-label-medium); white-space: nowrap; }
    .act:hover:enabled { background: var(--ovoz-hover); }
    .act em { font-style: normal; font-weight: 400; color: var(--ovoz-text-muted); }
    .act-main, .act-main:hover:enabled { background: var(--mat-sys-primary); border-color: var(--mat-sys-primary); color: var(--mat-sys-on-primary); }
    .act-main em { color: inherit; }
    .act:disabled { color: var(--ovoz-text-muted); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PartyBar {
  private readonly live = inject(Live);
  protected readonly commands = inject(DeskCommands);
  protected readonly parties = computed(() => partiesOf(this.live.interaction()));
  protected readonly call = computed(() => {
    const call = this.live.interaction();
    const others = call && (call.direction !== 'internal' || call.parties.length > 1) && (call.parties.length > 0 || call.guest_of || call.missed);
    return others && (call.state === 'talking' || call.state === 'held') ? call : null;
  });
  protected readonly busy = computed(() => this.commands.pending() !== null);
  protected readonly joinedMyself = computed(() => {
    const me = this.live.agent()?.id;
    return this.live.interaction()?.parties.some(party => party.agent?.id === me && party.joined) ?? false;
  });
  protected readonly others = computed(() => this.parties().joined.filter(party => party.agent?.id !== this.live.agent()?.id));
  protected readonly callerKey = computed(() => {
    const call = this.live.interaction();
    if (!call?.aside) return 'parties.caller_hears_you';
    return this.parties().joined.length > 0 ? 'parties.caller_with_others' : 'parties.caller_waits';
  });

  protected name(party: Party): string {
    return party.agent?.name ?? formatPhoneNumber(party.number ?? '');
  }

  protected readonly phone = formatPhoneNumber;
}
