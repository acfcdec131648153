import { afterNextRender, ChangeDetectionStrategy, Component, ElementRef, inject, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Phone } from '../phone/phone';

const TONES = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const NAMES: Record<string, string> = { '*': 'star', '#': 'hash' };

/** Tones for the far end's menu (RFC 4733). Also by the keyboard. */
@Component({
  selector: 'ovoz-keypad',
  imports: [TranslocoDirective],
  template: `
    <div class="pad" *transloco="let t" role="group" [attr.aria-label]="t('phone.keypad_long')">
      <output class="sent" aria-live="polite">{{ sent().slice(-14) || t('phone.keypad_hint') }}</output>
      @for (tone of tones; track tone) {
        <button type="button" class="tone" [attr.data-testid]="'keypad-' + (names[tone] ?? tone)" (click)="press(tone)">{{ tone }}</button>
      }
    </div>
  `,
  styles: `
    .pad { position: absolute; z-index: 20; inset-block-start: calc(100% + var(--ovoz-space-2)); inset-inline-start: 50%; transform: translateX(-50%); display: grid; grid-template-columns: repeat(3, 3rem); gap: var(--ovoz-space-1); padding: var(--ovoz-space-3); border-radius: var(--mat-sys-corner-medium); background: var(--ovoz-floating); box-shadow: var(--ovoz-float); }
    .sent { grid-column: 1 / -1; min-height: 1.25rem; padding-inline: var(--ovoz-space-1); font: var(--mat-sys-label-large); color: var(--mat-sys-on-surface-variant); text-align: center; white-space: nowrap; }
    .tone { height: 2.5rem; border: 1px solid var(--ovoz-hairline); border-radius: var(--mat-sys-corner-small); background: var(--ovoz-panel); font: var(--mat-sys-title-large); }
    .tone:hover { background: var(--mat-sys-surface-container); }
    .tone:active { background: var(--ovoz-selected); }
  `,
  host: { '(document:keydown)': 'type($event)' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Keypad {
  private readonly phone = inject(Phone);
  private readonly element = inject<ElementRef<HTMLElement>>(ElementRef);
  protected readonly tones = TONES;
  protected readonly names = NAMES;
  protected readonly sent = signal('');

  constructor() {
    afterNextRender(() => this.element.nativeElement.querySelector<HTMLElement>('.tone')?.focus());
  }

  protected press(tone: string): void {
    this.phone.sendTone(tone);
    this.sent.update(sent => sent + tone);
  }

  protected type(event: KeyboardEvent): void {
    const typing = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (typing || event.ctrlKey || event.altKey || event.metaKey || !TONES.includes(event.key)) return;
    event.preventDefault();
    this.press(event.key);
  }
}
