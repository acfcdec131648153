import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

const HEIGHTS = ['h1', 'h2', 'h3', 'h4', 'h3', 'h2', 'h4', 'h3', 'h1'];

/** How loud the microphone is, from 0 to 1. */
@Component({
  selector: 'ovoz-level-meter',
  template: `@for (bar of bars(); track $index) { <i [class]="bar.height" [class.off]="!bar.on"></i> }`,
  host: { role: 'meter', 'aria-valuemin': '0', 'aria-valuemax': '100', '[attr.aria-valuenow]': 'percent()', '[attr.aria-label]': 'label()' },
  styles: `
    :host { display: inline-flex; align-items: flex-end; gap: 2px; height: 1rem; flex: none; }
    i { width: 3px; border-radius: 1.5px; background: var(--ovoz-success); }
    i.off { background: var(--ovoz-track); }
    .h1 { height: 5px; } .h2 { height: 9px; } .h3 { height: 12px; } .h4 { height: 16px; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class LevelMeter {
  readonly level = input.required<number>();
  readonly label = input.required<string>();
  protected readonly percent = computed(() => Math.round(this.level() * 100));
  protected readonly bars = computed(() => {
    const lit = Math.round(this.level() * HEIGHTS.length);
    return HEIGHTS.map((height, index) => ({ height, on: index < lit }));
  });
}
