import { ChangeDetectionStrategy, Component, input } from '@angular/core';

/** Where the minutes of an interaction went. */
export interface StripPart {
  phase: 'menu' | 'wait' | 'ring' | 'talk' | 'hold' | 'outside' | 'wrap';
  seconds: number;
}

@Component({
  selector: 'ovoz-call-strip',
  template: `
    @for (part of parts(); track $index) {
      <i [class]="'p-' + part.phase" [style.flex-grow]="part.seconds"></i>
    } @empty {
      <i class="strip-empty"></i>
    }
  `,
  host: { class: 'strip', 'aria-hidden': 'true' },
  styles: `
    :host { display: flex; gap: 2px; height: 8px; border-radius: 4px; overflow: hidden; }
    i { flex: 1 1 0; border-radius: 2px; background: var(--p); min-width: 4px; }
    .strip-empty { background: var(--ovoz-track); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class CallStrip {
  readonly parts = input.required<readonly StripPart[]>();
}
