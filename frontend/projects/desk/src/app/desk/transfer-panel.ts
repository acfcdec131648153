import { ChangeDetectionStrategy, Component, computed, effect, inject, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogClose, MatDialogRef } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { CallTo, TargetQueue, Targets } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { formatShortDay, formatTime, isSameDay } from '../language/dates';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { AGENT_STATE_LOOK } from './agent-state-look';
import { moveAmongChoices } from '../shortcuts/choice-keys';
import { partiesOf } from './call-parties';
import { DeskCommands } from './desk-commands';
import { queueWord, type TransferChoice, transferChoices } from './transfer-choices';

const ICONS = { agent: 'user', queue: 'users', entry_point: 'phone-in', number: 'phone-out' } as const;

/** To whom the caller goes on, who is asked first, or whom the agent calls: colleagues with their state, queues, any number. */
@Component({
  selector: 'ovoz-transfer-panel',
  imports: [Icon, MatButton, MatDialogClose, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t" data-testid="transfer-panel">
      <div class="ask">
        <svg [ovozIcon]="calling ? 'phone-out' : 'transfer'"></svg>
        <input #field type="text" role="combobox" aria-expanded="true" aria-controls="transfer-list" autocomplete="off" spellcheck="false" data-testid="transfer-input"
          [attr.aria-label]="t(calling ? 'call.title' : 'transfer.title')" [attr.aria-activedescendant]="chosen()?.id ?? null" [placeholder]="t(calling ? 'call.placeholder' : 'transfer.placeholder')"
          [value]="query()" (input)="search(field.value)" (keydown)="move($event)">
        @if (!calling && !others()) {
          <span class="ways" role="group" [attr.aria-label]="t('transfer.title')">
            <button type="button" class="way" data-testid="transfer-at-once" [attr.aria-pressed]="!asking()" (mousedown)="$event.preventDefault()" (click)="askFirst.set(false)">{{ t('transfer.at_once') }}</button>
            <button type="button" class="way" data-testid="transfer-ask" [attr.aria-pressed]="asking()" (mousedown)="$event.preventDefault()" (click)="askFirst.set(true)">{{ t('transfer.ask') }}</button>
          </span>
        }
        <button type="button" class="icon-btn" mat-dialog-close tabindex="-1" [aria-label]="t('action.close')"><svg ovozIcon="x"></svg></button>
      </div>
      <ul id="transfer-list" role="listbox" class="dialog-body list" [attr.aria-label]="t('transfer.title')">
        @for (choice of choices(); track choice.id) {
          @if (startsGroup($index)) { <li role="presentation" class="label">{{ t('transfer.group.' + choice.group) }}</li> }
          <li role="option" [id]="choice.id" class="choice" [class.off]="!may(choice)" [attr.aria-selected]="$index === index()" [attr.aria-disabled]="!may(choice)" data-testid="transfer-choice" [attr.data-group]="choice.group"
            (mousemove)="index.set($index)" (mousedown)="$event.preventDefault()" (click)="run(choice)" (keydown.enter)="run(choice)" tabindex="-1">
            <svg [ovozIcon]="icons[choice.group]"></svg><span class="grow cut">{{ choice.title }}</span>
            @if (choice.agent; as agent) {
              <span class="state small" [class]="look(agent.state).look"><svg [ovozIcon]="look(agent.state).icon" class="i-s"></svg>{{ t('state.' + agent.state) }} <span class="muted">{{ clock.timer(agent.since) }}</span></span>
            } @else if (choice.queue; as queue) {
              <span class="state small soft">
                @if (word(queue); as word) {
                  @if (word.key) { <span class="state t-warn" data-testid="transfer-not-now" [attr.data-why]="word.key"><svg ovozIcon="clock" class="i-s"></svg>{{ t('transfer.' + word.key, { until: until(word.until) }) }}</span> }
                  @if (!asking() && word.leadsTo) { <span class="cut lead" data-testid="transfer-leads-to">{{ t('transfer.leads_to', { name: word.leadsTo.kind === 'number' ? phone(word.leadsTo.name) : word.leadsTo.name }) }}</span> }
                  @else if (choice.group === 'entry_point') { <span>{{ phone(choice.number) }}</span> }
                  @else if (!word.key) { <span>{{ t('transfer.queue', { waiting: queue.waiting, ready: queue.agents_ready }) }}</span> }
                  @else if (asking()) { <span>{{ t('transfer.free', { ready: queue.agents_ready }) }}</span> }
                }
              </span>
            } @else if (choice.group === 'number') {
              <span class="small soft">{{ t(choice.enabled ? 'transfer.outside' : 'transfer.no_right') }}</span>
            } @else { <span class="small soft">{{ phone(choice.number) }}</span> }
          </li>
        } @empty {
          @if (problem(); as problem) {
            <li class="none" role="presentation"><span class="small t-danger">{{ text.of(problem) }}</span> <button matButton="outlined" class="btn-s" type="button" (click)="read()">{{ t('action.retry') }}</button></li>
          } @else if (targets()) { <li class="none small muted" role="presentation">{{ t('transfer.none') }}</li> }
          @else { @for (row of [1, 2, 3]; track row) { <li class="choice" role="presentation"><span class="bone"></span></li> } }
        }
      </ul>
      <p class="sr" role="status">{{ said() }}</p>
      <p class="foot tiny muted"><span>{{ t(calling ? 'call.keys' : asking() ? 'transfer.keys_ask' : 'transfer.keys') }}</span></p>
    </div>
  `,
  styles: `
    .ask { display: flex; align-items: center; gap: var(--ovoz-space-3); padding: var(--ovoz-space-2) var(--ovoz-space-2) var(--ovoz-space-2) var(--ovoz-space-4); border-block-end: 1px solid var(--ovoz-hairline); color: var(--ovoz-text-muted); }
    input { flex: 1; border: 0; outline: 0; padding: 0; background: none; font: var(--mat-sys-body-large); color: var(--mat-sys-on-surface); }
    .list { padding: var(--ovoz-space-1); max-height: 24rem; overflow-y: auto; }
    .label { padding: var(--ovoz-space-2) var(--ovoz-space-3) 2px; }
    .choice { display: flex; align-items: center; gap: var(--ovoz-space-3); min-height: var(--ovoz-row); padding: 0 var(--ovoz-space-3); border-radius: var(--mat-sys-corner-small); cursor: pointer; }
    .choice > .i { color: var(--ovoz-text-muted); }
    .choice[aria-selected="true"] { background: var(--ovoz-selected); }
    .ways { display: inline-flex; flex: none; border-radius: var(--mat-sys-corner-small); box-shadow: inset 0 0 0 1px var(--ovoz-field-outline); }
    .way { min-height: var(--ovoz-control-small); padding: 0 var(--ovoz-space-3); border: 0; border-radius: var(--mat-sys-corner-small); background: none; color: var(--mat-sys-on-surface); font: var(--mat-sys-label-medium); white-space: nowrap; }
    .way:hover { background: var(--ovoz-hover); }
    .way[aria-pressed="true"] { background: var(--ovoz-selected); font-weight: 600; }
    .off { cursor: default; }
    .off > .cut { color: var(--ovoz-text-muted); }
    .lead { max-width: 16rem; }
    .state { display: inline-flex; align-items: center; gap: 5px; color: var(--s); white-space: nowrap; min-width: 0; }
    .state.soft { color: var(--mat-sys-on-surface-variant); gap: var(--ovoz-space-2); }
    .state.t-warn { color: var(--ovoz-warn); flex: none; }
    .none { padding: var(--ovoz-space-4); }
    .bone { flex: 1; height: 0.75rem; }
    .foot { display: flex; gap: var(--ovoz-space-4); padding: var(--ovoz-space-2) var(--ovoz-space-4); border-block-start: 1px solid var(--ovoz-hairline); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class TransferPanel {
  private readonly dialog = inject<MatDialogRef<TransferPanel>>(MatDialogRef);
  private readonly api = inject(OvozApi);
  private readonly live = inject(Live);
  private readonly commands = inject(DeskCommands);
  private readonly mayDial = inject(SessionStore).may('calls.dial');
  private readonly language = inject(Language);
  protected readonly clock = inject(ServerClock);
  protected readonly text = inject(ProblemText);
  protected readonly icons = ICONS;
  /** Opened to make a call, not to pass one on. */
  protected readonly calling = inject<unknown>(MAT_DIALOG_DATA, { optional: true }) === 'call';

  protected readonly targets = signal<Targets | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly query = signal('');
  protected readonly index = signal(0);
  protected readonly choices = computed(() => {
    const targets = this.targets();
    const choices = targets ? transferChoices(targets, this.query(), this.mayDial) : [];
    if (this.calling) return choices.filter(choice => choice.group === 'agent' || choice.group === 'number');
    return this.asking() ? choices.filter(choice => choice.ask !== null) : choices;
  });
  /** What became of the choice that stands there, for those who do not see it. */
  protected readonly said = signal('');
  protected readonly askFirst = signal(false);
  protected readonly asking = computed(() => this.askFirst() || this.others());
  protected readonly others = computed(() => !partiesOf(this.live.interaction()).mayTransfer);
  protected readonly chosen = computed(() => this.choices()[this.index()]);

  constructor() {
    // The figures of the queues are told whenever something on the floor changed: then the states may be others too.
    effect(() => {
      this.live.queues();
      untracked(() => void this.read());
    });
    effect(() => {
      const state = this.live.interaction()?.state;
      if (this.calling) {
        if (state !== undefined) untracked(() => this.dialog.close());
      } else if (state !== 'talking' && state !== 'held') untracked(() => this.dialog.close());
    });
  }

  protected async read(): Promise<void> {
    try {
      const targets = await this.api.targets();
      const before = this.chosen();
      this.targets.set(targets);
      this.problem.set(null);
      const after = this.chosen();
      if (before?.id === after?.id && after?.queue && this.words(before?.queue) !== this.words(after.queue)) this.said.set(`${after.title}: ${this.words(after.queue)}`);
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  protected search(text: string): void {
    this.query.set(text);
    this.index.set(0);
  }

  protected startsGroup(index: number): boolean {
    return this.choices()[index]?.group !== this.choices()[index - 1]?.group;
  }

  protected move(event: KeyboardEvent): void {
    const chosen = this.chosen();
    if (event.key === 'Enter' && event.shiftKey && chosen && !this.calling) {
      event.preventDefault();
      this.ask(chosen);
      return;
    }
    moveAmongChoices(event, this.choices(), this.index, choice => this.run(choice));
  }

  protected ask(choice: TransferChoice): void {
    if (!choice.mayAsk || !choice.ask) return;
    this.dialog.close();
    void this.commands.consult(choice.ask);
  }

  /** Where others are in the call already, somebody can only be asked: nobody is left alone by a slip. */
  protected run(choice: TransferChoice): void {
    if (!this.may(choice)) return;
    if (this.calling) {
      this.dialog.close();
      if (choice.to.to === 'agent' || choice.to.to === 'number') void this.commands.call(choice.to as CallTo);
      return;
    }
    if (this.asking()) {
      this.ask(choice);
      return;
    }
    this.dialog.close();
    void this.commands.transfer(choice.to);
  }

  protected may(choice: TransferChoice): boolean {
    return !this.calling && this.asking() ? choice.mayAsk : choice.enabled;
  }

  protected readonly word = queueWord;

  protected until(moment: string | null): string {
    if (!moment) return '';
    const now = this.clock.now();
    const time = formatTime(moment);
    return isSameDay(moment, now) ? time : `${formatShortDay(moment, this.language.locale(), new Date(now))}, ${time}`;
  }

  private words(queue: TargetQueue | undefined): string {
    if (!queue) return '';
    const { key, until, leadsTo } = queueWord(queue);
    return [
      this.language.text(key ? `transfer.${key}` : 'transfer.open', { until: this.until(until) }),
      ...(leadsTo ? [this.language.text('transfer.leads_to', { name: leadsTo.name })] : []),
    ].join(', ');
  }

  protected look(state: Targets['agents'][number]['state']): { look: string; icon: string } {
    return AGENT_STATE_LOOK[state];
  }

  protected readonly phone = formatPhoneNumber;
}
