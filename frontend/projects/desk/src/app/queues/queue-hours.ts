import { ChangeDetectionStrategy, Component, computed, model } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { OpeningWindow, QueueSettings } from '../contract/queues';
import { barsOf, DAYS, readTime } from './queue-settings';

/** The week of a queue: always open, or windows of each day. */
@Component({
  selector: 'ovoz-queue-hours',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="segmented" role="group" [attr.aria-label]="t('queues.part.hours')"><button type="button" [attr.aria-pressed]="hours().always" (click)="always(true)">{{ t('queues.always') }}</button><button type="button" [attr.aria-pressed]="!hours().always" (click)="always(false)" data-testid="queue-windows">{{ t('queues.by_hours') }}</button></div>
      <div class="week">
        @for (day of days; track day) {
          <div class="day"><span class="small">{{ t('queues.day.' + day) }}</span>
            <span class="bar" aria-hidden="true">@for (bar of bars(day); track $index) { <i [style.inset-inline-start.%]="bar.from" [style.width.%]="bar.width"></i> }</span>
            @if (!hours().always) {
              <span class="times">@for (one of windowsOf(day); track one.place) { <span class="row row-tight"><input #from class="input time" type="text" inputmode="numeric" maxlength="5" [attr.aria-label]="t('queues.day.' + day) + ': ' + t('condition.from')" [value]="one.window.from" (change)="time(one.place, 'from', from)"><span>–</span><input #until class="input time" type="text" inputmode="numeric" maxlength="5" [attr.aria-label]="t('queues.day.' + day) + ': ' + t('condition.until')" [value]="one.window.until" (change)="time(one.place, 'until', until)"><button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('queues.drop_window')" (click)="drop(one.place)"><svg ovozIcon="x" class="i-s"></svg></button></span> }
                <button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('queues.add_window', { day: t('queues.day.' + day) })" (click)="add(day)"><svg ovozIcon="plus" class="i-s"></svg></button></span>
            }
          </div>
        }
      </div>
    </ng-container>
  `,
  styleUrl: './queue-hours.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueHours {
  readonly hours = model.required<QueueSettings['hours']>();

  protected readonly days = DAYS;
  private readonly windows = computed(() => this.hours().windows);

  protected bars(day: number): { from: number; width: number }[] {
    return this.hours().always ? [{ from: 0, width: 100 }] : barsOf(this.windows(), day);
  }

  protected always(always: boolean): void {
    const windows = this.windows();
    const workdays = [1, 2, 3, 4, 5].map(day => ({ day, from: '08:00', until: '20:00' }));
    this.hours.set({ always, windows: !always && windows.length === 0 ? workdays : windows });
  }

  protected windowsOf(day: number): { window: OpeningWindow; place: number }[] {
    return this.windows().map((window, place) => ({ window, place })).filter(({ window }) => window.day === day);
  }

  protected time(place: number, end: 'from' | 'until', field: HTMLInputElement): void {
    const before = this.windows()[place];
    if (!before) return;
    const read = readTime(field.value, end);
    field.value = read ?? before[end];
    if (read) this.set(this.windows().map((window, at) => (at === place ? { ...window, [end]: read } : window)));
  }

  protected add(day: number): void {
    const last = this.windowsOf(day).at(-1)?.window;
    this.set([...this.windows(), { day, from: last ? last.until.replace('24:00', '22:00') : '08:00', until: last ? '23:00' : '20:00' }]);
  }

  protected drop(place: number): void {
    this.set(this.windows().filter((_, at) => at !== place));
  }

  private set(windows: OpeningWindow[]): void {
    this.hours.set({ always: false, windows });
  }
}
