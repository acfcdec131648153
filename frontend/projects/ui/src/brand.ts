import { ChangeDetectionStrategy, Component } from '@angular/core';

/** The mark and the name. */
@Component({
  selector: 'ovoz-brand',
  template: `<svg viewBox="0 0 24 24" fill="currentColor" aria-hidden="true"><rect x="1.7" y="6.6" width="2.6" height="10.8" rx="1.3"/><rect x="6.2" y="2.6" width="2.6" height="7" rx="1.3"/><rect x="6.2" y="14.4" width="2.6" height="7" rx="1.3"/><rect x="10.7" y="1.4" width="2.6" height="5.8" rx="1.3"/><rect x="10.7" y="16.8" width="2.6" height="5.8" rx="1.3"/><rect x="15.2" y="2.6" width="2.6" height="7" rx="1.3"/><rect x="15.2" y="14.4" width="2.6" height="7" rx="1.3"/><rect x="19.7" y="6.6" width="2.6" height="10.8" rx="1.3"/></svg>Ovoz`,
  host: { class: 'brand' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Brand {}
