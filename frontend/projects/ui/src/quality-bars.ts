import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/** Four bars. A word always stands beside them, so they are hidden from screen readers. */
@Component({
  selector: 'ovoz-quality-bars',
  template: `<svg [attr.class]="shape()" viewBox="0 0 16 12" aria-hidden="true"><rect x="0" y="8.5" width="3" height="3.5" rx=".75"/><rect x="4.33" y="5.75" width="3" height="6.25" rx=".75"/><rect x="8.66" y="3" width="3" height="9" rx=".75"/><rect x="13" y="0" width="3" height="12" rx=".75"/></svg>`,
  styles: `:host { display: contents; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QualityBars {
  readonly level = input.required<0 | 1 | 2 | 3 | 4>();
  protected readonly shape = computed(() => `bars q${this.level()}`);
}
