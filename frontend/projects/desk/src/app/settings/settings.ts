import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { SessionStore } from '../session/session-store';
import { SETTINGS } from './sections';

/** The frame of the settings: one tab a section, only those that the person may read. */
@Component({
  selector: 'ovoz-settings',
  imports: [Icon, RouterLink, RouterLinkActive, RouterOutlet, TranslocoDirective],
  template: `
    <div class="settings" *transloco="let t" data-testid="settings">
      <header>
        <h1 class="h-page">{{ t('settings.title') }}</h1>
        <nav [attr.aria-label]="t('settings.sections')">
          @for (section of sections; track section.name) {
            <a [routerLink]="section.path" routerLinkActive="here" ariaCurrentWhenActive="page" [attr.data-testid]="'settings-' + section.name"><svg [ovozIcon]="section.icon"></svg>{{ t('settings.' + section.name) }}</a>
          }
        </nav>
      </header>
      <div class="section"><router-outlet /></div>
    </div>
  `,
  styles: `
    :host { display: grid; min-height: 0; }
    .settings { display: grid; grid-template: auto minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; background: var(--ovoz-panel); }
    header { display: flex; align-items: center; gap: var(--ovoz-space-6); padding-inline: var(--ovoz-space-4); border-block-end: 1px solid var(--ovoz-hairline); }
    nav { display: flex; gap: var(--ovoz-space-2); min-width: 0; overflow-x: auto; scrollbar-width: none; }
    nav a { display: inline-flex; flex: none; align-items: center; gap: var(--ovoz-space-2); min-height: 2.75rem; padding-inline: var(--ovoz-space-2); border-block-end: 2px solid transparent; color: var(--mat-sys-on-surface-variant); font: var(--mat-sys-label-large); }
    nav a:hover { color: var(--mat-sys-on-surface); text-decoration: none; }
    nav a.here { color: var(--mat-sys-primary); border-color: var(--mat-sys-primary); }
    nav a:focus-visible { outline-offset: -2px; }
    .section { display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); min-height: 0; }
    .section > router-outlet { display: none; }
    @media (min-width: 100em) { header { padding-inline: var(--ovoz-space-5); } nav a { min-height: 3.25rem; } }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Settings {
  private readonly store = inject(SessionStore);
  protected readonly sections = SETTINGS.filter(section => this.store.may(section.right));
}
