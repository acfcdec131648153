import { ChangeDetectionStrategy, Component, input, model } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { OverflowRule, Queue, QueueFault } from '../contract/queues';
import { asRule, faultAt, hasFigure, THENS, WHENS } from './queue-settings';

/** Where callers go whom the queue cannot serve: rules in their order, each a sentence. */
@Component({
  selector: 'ovoz-queue-overflow',
  imports: [Icon, MatButton, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <p class="small soft">{{ t('queues.overflow_order') }}</p>
      @for (one of rules(); track $index; let place = $index) {
        <div class="ring" role="group" [attr.aria-label]="t('queues.rule', { n: place + 1 })" data-testid="queue-rule"><p class="say">
          <span>{{ t('queues.say.if') }}</span><select #when class="input" [attr.aria-label]="t('queues.say.if')" (change)="change(place, { when: asWhen(when.value) })" data-testid="queue-rule-when">@for (known of whens; track known) { <option [value]="known" [selected]="one.when === known">{{ t('queues.when.' + known) }}</option> }</select>
          @if (hasFigure(one.when)) { <input #least class="input fig" type="number" min="1" max="86400" [attr.aria-label]="t('queues.say.at_least')" [value]="one.at_least" (change)="change(place, { at_least: least.valueAsNumber || one.at_least })"> }
          <span>{{ t('queues.say.then') }}</span><select #then class="input" [attr.aria-label]="t('queues.say.then')" (change)="change(place, { then: asThen(then.value), to: null })" data-testid="queue-rule-then">@for (known of thensOf(one); track known) { <option [value]="known" [selected]="one.then === known">{{ t('queues.then.' + known) }}</option> }</select>
          @if (one.then === 'queue') { <select #to class="input" [attr.aria-label]="t('queues.then.queue')" (change)="change(place, { to: to.value || null })" data-testid="queue-rule-to"><option value="" [selected]="!one.to">…</option>@for (other of others(); track other.id) { <option [value]="other.code" [selected]="one.to === other.code">{{ other.settings.name }}</option> }</select> }
          @if (one.then === 'number') { <input #number class="input phone" type="tel" maxlength="16" placeholder="+992446000100" [attr.aria-label]="t('queues.then.number')" [value]="one.to ?? ''" (change)="change(place, { to: number.value.trim() || null })" data-testid="queue-rule-number"> }
          <span class="push row row-tight"><button type="button" class="icon-btn icon-btn-s up" [disabled]="place === 0" [attr.aria-label]="t('queues.rule_up', { n: place + 1 })" (click)="moveUp(place)"><svg ovozIcon="down"></svg></button><button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('queues.drop_rule', { n: place + 1 })" (click)="drop(place)"><svg ovozIcon="x"></svg></button></span></p>
          @if (faultOf(place); as fault) { <p class="field-error"><svg ovozIcon="alert" class="i-s"></svg>{{ t('queues.fault.' + fault.fault) }}</p> }
        </div>
      }
      <button matButton="outlined" class="btn-s" type="button" (click)="add()" data-testid="queue-add-rule"><svg ovozIcon="plus"></svg>{{ t('queues.add_rule') }}</button>
    </ng-container>
  `,
  styleUrl: './queue-parts.css',
  styles: ':host { display: grid; gap: var(--ovoz-space-2); } :host > button { justify-self: start; }',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueOverflow {
  readonly rules = model.required<OverflowRule[]>();
  readonly others = input.required<Queue[]>();
  readonly faults = input.required<readonly QueueFault[]>();

  protected readonly whens = WHENS;
  protected readonly hasFigure = hasFigure;

  protected change(place: number, change: Partial<OverflowRule>): void {
    this.rules.set(this.rules().map((rule, at) => (at === place ? asRule({ ...rule, ...change }) : rule)));
  }

  /** What was saved before it was refused is shown as it is, and offered to nobody else. */
  protected thensOf({ then }: OverflowRule): OverflowRule['then'][] {
    return THENS.some(known => known === then) ? [...THENS] : [...THENS, then];
  }

  protected asWhen(value: string): OverflowRule['when'] {
    return WHENS.find(when => when === value) ?? 'wait_s';
  }

  protected asThen(value: string): OverflowRule['then'] {
    return THENS.find(then => then === value) ?? 'goodbye';
  }

  protected add(): void {
    this.rules.set([...this.rules(), asRule({ when: 'wait_s', then: 'queue', at_least: 300 })]);
  }

  protected moveUp(place: number): void {
    const rules = [...this.rules()];
    const [moved] = rules.splice(place, 1);
    if (moved) rules.splice(place - 1, 0, moved);
    this.rules.set(rules);
  }

  protected drop(place: number): void {
    this.rules.set(this.rules().filter((_, at) => at !== place));
  }

  protected faultOf(place: number): QueueFault | undefined {
    return faultAt(this.faults(), `/overflow/${place}`);
  }
}
