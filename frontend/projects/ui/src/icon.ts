import { ChangeDetectionStrategy, Component, computed, input } from '@angular/core';

/** One icon of the sprite: `<svg ovozIcon="phone"></svg>`. Decoration: the word stands beside it. */
@Component({
  selector: 'svg[ovozIcon]',
  template: `<svg:use [attr.href]="href()" />`,
  host: { class: 'i', 'aria-hidden': 'true', focusable: 'false' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Icon {
  readonly name = input.required<string>({ alias: 'ovozIcon' });
  protected readonly href = computed(() => `#i-${this.name()}`);
}
