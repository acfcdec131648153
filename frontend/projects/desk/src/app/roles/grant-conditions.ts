import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { ConditionName, Conditions, Grant, RightInfo } from '../contract/rights';
import { GrantText } from './grant-text';
import { regionsOf, timeOfDay } from './role-draft';

type Added = Exclude<ConditionName, 'whose'>;

/** The conditions of one grant, in a line that reads as the rest of its sentence. */
@Component({
  selector: 'ovoz-grant-conditions',
  imports: [Icon, MatMenu, MatMenuItem, MatMenuTrigger, TranslocoDirective],
  template: `
    <div class="line" role="group" [attr.aria-label]="text.right(grant().right)" *transloco="let t" data-testid="grant">
      @if (alternative()) { <span class="muted">{{ t('person_rights.or') }}</span> }
      @if (info().whose.length > 0) {
        <select #whose class="input" [attr.aria-label]="t('condition.whose')" (change)="changed.emit({ whose: asWhose(whose.value) })" data-testid="grant-whose">
          @for (scope of info().whose; track scope) { <option [value]="scope" [selected]="(conditions().whose ?? 'all') === scope">{{ t('whose.' + scope) }}</option> }
        </select>
      }
      @for (name of shown(); track name) {
        <span class="condition" [attr.data-testid]="'grant-' + name">
          @switch (name) {
            @case ('regions') { <label [attr.for]="id + 'regions'">{{ t('condition.in_regions') }}</label><input #regions class="input words" type="text" autocomplete="off" [id]="id + 'regions'" [placeholder]="t('condition.regions_hint')" [value]="conditions().regions?.join(', ') ?? ''" (change)="changed.emit({ regions: regionsOf(regions.value) })"> }
            @case ('outsourced') { <select #outside class="input" [attr.aria-label]="t('condition.employer')" (change)="changed.emit({ outsourced: outside.value === 'yes' })"><option value="yes" [selected]="conditions().outsourced !== false">{{ t('condition.outsourced') }}</option><option value="no" [selected]="conditions().outsourced === false">{{ t('condition.staff') }}</option></select> }
            @case ('corporate') { <select #company class="input" [attr.aria-label]="t('condition.customer')" (change)="changed.emit({ corporate: company.value === 'yes' })"><option value="yes" [selected]="conditions().corporate !== false">{{ t('condition.corporate') }}</option><option value="no" [selected]="conditions().corporate === false">{{ t('condition.private') }}</option></select> }
            @case ('hours') { <label [attr.for]="id + 'from'">{{ t('condition.from') }}</label><input #from class="input time" type="text" inputmode="numeric" maxlength="5" placeholder="09:00" [id]="id + 'from'" [value]="conditions().hours?.from ?? ''" (change)="hours(from, until)"><label [attr.for]="id + 'until'">{{ t('condition.until') }}</label><input #until class="input time" type="text" inputmode="numeric" maxlength="5" placeholder="18:00" [id]="id + 'until'" [value]="conditions().hours?.until ?? ''" (change)="hours(from, until)"> }
          }
          <button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('condition.remove', { name: t('condition.name.' + name) })" (click)="remove(name)"><svg ovozIcon="x" class="i-s"></svg></button>
        </span>
      }
      <button type="button" class="add" [matMenuTriggerFor]="more" data-testid="grant-add"><svg ovozIcon="plus" class="i-s"></svg>{{ t('condition.add') }}</button>
      <mat-menu #more="matMenu">
        @for (name of offered(); track name) { <button mat-menu-item type="button" (click)="add(name)" [attr.data-testid]="'grant-add-' + name">{{ t('condition.name.' + name) }}</button> }
        @if (offered().length > 0) { <hr> }
        <button mat-menu-item type="button" (click)="also.emit()" data-testid="grant-also">{{ t('roles.also') }}</button>
      </mat-menu>
      @if (removable()) { <button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('roles.drop')" (click)="removed.emit()"><svg ovozIcon="x"></svg></button> }
    </div>
  `,
  styles: `
    :host(.alternative) { flex-basis: 100%; padding-inline-start: 1.5rem; }
    .line { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; padding-block: 2px; font: var(--mat-sys-body-small); }
    .input { width: auto; min-height: var(--ovoz-control-small); padding-block: 0; font: inherit; }
    .words { width: 11rem; } .time { width: 4rem; text-align: center; padding-inline: var(--ovoz-space-1); }
    .condition { display: inline-flex; align-items: center; gap: var(--ovoz-space-1); }
    .add { display: inline-flex; align-items: center; gap: 2px; min-height: var(--ovoz-target-min); padding: 0 6px; border: 1px dashed var(--ovoz-field-outline); border-radius: var(--mat-sys-corner-small); background: none; color: var(--mat-sys-on-surface-variant); }
    .add:hover { background: var(--ovoz-hover); }
  `,
  host: { '[class.alternative]': 'alternative()' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class GrantConditions {
  protected readonly text = inject(GrantText);
  protected readonly id = `grant-${crypto.randomUUID()}-`;

  readonly grant = input.required<Grant>();
  readonly info = input.required<RightInfo>();
  /** Whether it can be taken away while the right stays. */
  readonly removable = input(false);
  readonly alternative = input(false);
  readonly changed = output<Partial<Conditions>>();
  readonly removed = output();
  /** The same right once more, under other conditions. */
  readonly also = output();

  /** Shown though nothing was written into them yet. */
  private readonly opened = signal<readonly Added[]>([]);
  protected readonly conditions = computed((): Conditions => this.grant().conditions ?? {});
  private readonly possible = computed(() => this.info().conditions.filter((name): name is Added => name !== 'whose'));
  protected readonly shown = computed(() => this.possible().filter(name => (this.conditions()[name] ?? null) !== null || this.opened().includes(name)));
  protected readonly offered = computed(() => this.possible().filter(name => !this.shown().includes(name)));
  protected readonly regionsOf = regionsOf;

  protected asWhose(value: string): Conditions['whose'] {
    return this.info().whose.find(scope => scope === value);
  }

  protected add(name: Added): void {
    this.opened.update(opened => [...opened, name]);
    if (name === 'outsourced') this.changed.emit({ outsourced: true });
    else if (name === 'corporate') this.changed.emit({ corporate: true });
    else if (name === 'hours') this.changed.emit({ hours: { from: '09:00', until: '18:00' } });
  }

  protected remove(name: Added): void {
    this.opened.update(opened => opened.filter(other => other !== name));
    this.changed.emit({ [name]: null });
  }

  /** What cannot be read as a time goes back to what was there. */
  protected hours(from: HTMLInputElement, until: HTMLInputElement): void {
    const before = this.conditions().hours;
    const hours = { from: timeOfDay(from.value) ?? before?.from ?? '09:00', until: timeOfDay(until.value) ?? before?.until ?? '18:00' };
    from.value = hours.from;
    until.value = hours.until;
    this.changed.emit({ hours });
  }
}
