import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { Holiday, KeptHoliday } from '../contract/queues';
import type { Question } from '../dialogs/confirm';
import { formatShortDay } from '../language/dates';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { readTime } from './queue-settings';
import { QueuesApi } from './queues-api';

/** Days of this queue that are not as their weekday. They are no part of its settings: what is added here holds at once. */
@Component({
  selector: 'ovoz-queue-holidays',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <h4 class="label">{{ t('queues.holidays') }}</h4>
      @for (one of coming(); track one.id) {
        <p class="one" data-testid="queue-holiday"><span class="date">{{ dayOf(one) }}</span><span class="cut grow">{{ one.holiday.name }}</span><span class="small soft">{{ one.holiday.spans.length ? spansOf(one) : t('queues.closed') }} · {{ t(whose(one)) }}</span>@if (editable()) { <button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('condition.remove', { name: one.holiday.name })" (click)="remove(one)" data-testid="queue-holiday-remove"><svg ovozIcon="x" class="i-s"></svg></button> }</p>
      } @empty { @if (known()) { <p class="small soft">{{ t('queues.no_holidays') }}</p> } }
      @if (editable()) {
        <div class="say">
          <input #date class="input" type="date" [attr.aria-label]="t('queues.holiday_date')" data-testid="queue-holiday-date"><input #name class="input name" type="text" maxlength="80" autocomplete="off" [placeholder]="t('queues.holiday_name')" [attr.aria-label]="t('queues.holiday_name')" data-testid="queue-holiday-name">
          <select #how class="input" [attr.aria-label]="t('queues.holiday_how')" (change)="open.set(how.value === 'open')"><option value="">{{ t('queues.closed') }}</option><option value="open">{{ t('queues.holiday_open') }}</option></select>
          @if (open()) { <input #from class="input time" type="text" inputmode="numeric" maxlength="5" value="10:00" [attr.aria-label]="t('condition.from')" (change)="fix('from', from, '10:00')"><span>–</span><input #until class="input time" type="text" inputmode="numeric" maxlength="5" value="16:00" [attr.aria-label]="t('condition.until')" (change)="fix('until', until, '16:00')"> }
          <label class="check"><input #alone type="checkbox" data-testid="queue-holiday-alone"><span>{{ t('queues.holiday_alone') }}</span></label>
          <button matButton="outlined" class="btn-s" type="button" [disabled]="busy()" (click)="add(date, name, alone.checked)" data-testid="queue-holiday-add"><svg ovozIcon="plus"></svg>{{ t('queues.holiday_add') }}</button>
        </div>
        <p class="small soft">{{ t('queues.holiday_at_once') }}</p>
      }
      @if (missing()) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ t('queues.holiday_missing') }}</p> }
      @if (problem(); as problem) { <p class="field-error" role="alert" data-testid="queue-holiday-problem"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</p> }
    </ng-container>
  `,
  styleUrl: './queue-parts.css',
  styles: `
    :host { display: grid; gap: var(--ovoz-space-1); }
    .one { display: flex; align-items: center; gap: var(--ovoz-space-3); min-height: 2rem; border-block-end: 1px solid var(--ovoz-hairline); }
    .date { flex: none; width: 6.5rem; font-variant-numeric: tabular-nums; }
    .say .name { flex: 1 1 9rem; }
    .say .time { width: 3.75rem; padding-inline: 4px; text-align: center; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueHolidays {
  private readonly api = inject(QueuesApi);
  private readonly clock = inject(ServerClock);
  private readonly dialog = inject(MatDialog);
  private readonly language = inject(Language);
  protected readonly text = inject(ProblemText);

  readonly code = input.required<string>();
  readonly editable = input.required<boolean>();
  /** The queue may be open or closed now where it was not before. */
  readonly changed = output();

  protected readonly known = signal<KeptHoliday[] | null>(null);
  protected readonly open = signal(false);
  protected readonly busy = signal(false);
  protected readonly missing = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  private span = { from: '10:00', until: '16:00' };

  /** What is over is of no interest; what began yesterday may last. */
  protected readonly coming = computed(() => {
    const yesterday = new Date(this.clock.now() - 86_400_000).toISOString().slice(0, 10);
    return (this.known() ?? []).filter(({ holiday: { date, queues } }) => date >= yesterday && (queues.length === 0 || queues.includes(this.code())));
  });

  constructor() {
    void this.load();
  }

  protected dayOf({ holiday }: KeptHoliday): string {
    return formatShortDay(`${holiday.date}T00:00:00`, this.language.locale(), new Date(this.clock.now()));
  }

  protected spansOf({ holiday }: KeptHoliday): string {
    return holiday.spans.map(({ from, until }) => `${from}–${until}`).join(', ');
  }

  protected whose({ holiday: { queues } }: KeptHoliday): string {
    return queues.length === 0 ? 'queues.holiday_all' : queues.length === 1 ? 'queues.holiday_alone' : 'queues.holiday_some';
  }

  /** What is no time goes back to what was there. */
  protected fix(end: 'from' | 'until', field: HTMLInputElement, otherwise: string): void {
    field.value = readTime(field.value, end) ?? otherwise;
    this.span = { ...this.span, [end]: field.value };
  }

  protected async add(date: HTMLInputElement, name: HTMLInputElement, alone: boolean): Promise<void> {
    this.problem.set(null);
    this.missing.set(!date.value || !name.value.trim());
    if (this.missing()) return;
    const holiday: Holiday = { date: date.value, name: name.value.trim(), spans: this.open() ? [{ ...this.span }] : [], queues: alone ? [this.code()] : [] };
    this.busy.set(true);
    try {
      await this.api.addHoliday(holiday);
      date.value = name.value = '';
      await this.load();
      this.changed.emit();
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected async remove(one: KeptHoliday): Promise<void> {
    const { Confirm } = await import('../dialogs/confirm');
    const whose = this.language.text(one.holiday.queues.length ? 'queues.holiday_gone_some' : 'queues.holiday_gone_all');
    const data: Question = {
      title: this.language.text('queues.holiday_remove', { name: one.holiday.name }),
      follows: [whose],
      action: this.language.text('queues.holiday_remove_act'),
      act: () => this.api.removeHoliday(one.id),
    };
    this.dialog.open<unknown, Question, boolean>(Confirm, { width: '28rem', maxWidth: '92vw', data }).afterClosed().subscribe(gone => {
      if (gone) void this.load().then(() => this.changed.emit());
    });
  }

  private async load(): Promise<void> {
    try {
      this.known.set(await this.api.holidays());
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }
}
