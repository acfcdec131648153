import { ChangeDetectionStrategy, Component, computed, inject, input } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Caller } from '../contract/contract';
import { formatPhoneNumber } from '../language/phone-number';
import { SessionStore } from '../session/session-store';
import { DeskCommands } from './desk-commands';

/** How the caller's number is called: a masked one by its token. Null where there is none to call. */
export function dialled({ number, number_token }: Caller): { to: 'number'; number_token: string } | { to: 'number'; number: string } | null {
  if (number_token != null) return { to: 'number', number_token };
  return /^\+?\d+$/.test(number) ? { to: 'number', number } : null;
}

/** Calls the number beside it; a masked one by its token. There only for who may call outside. */
@Component({
  selector: 'ovoz-call-number',
  imports: [Icon, MatTooltip, TranslocoDirective],
  template: `
    @if (shown()) {
      <button *transloco="let t" type="button" class="icon-btn icon-btn-s" data-testid="call-number" [disabled]="!commands.canCall()" [attr.aria-label]="t('phone.call_number', { number: number() })" [matTooltip]="t('phone.call_number', { number: number() })" (click)="call()"><svg ovozIcon="phone-out" class="i-s"></svg></button>
    }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CallNumber {
  private readonly store = inject(SessionStore);
  protected readonly commands = inject(DeskCommands);
  readonly caller = input.required<Caller>();
  protected readonly number = computed(() => formatPhoneNumber(this.caller().number));
  protected readonly shown = computed(() => this.store.usesDesk() && this.store.may('calls.dial') && dialled(this.caller()) !== null);

  protected call(): void {
    const target = dialled(this.caller());
    if (target) void this.commands.call(target);
  }
}
