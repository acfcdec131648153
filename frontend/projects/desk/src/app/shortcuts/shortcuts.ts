import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatDialogClose, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { type CommandGroup, Commands } from './commands';

const GROUPS: readonly CommandGroup[] = ['call', 'state', 'go', 'page'];

/** Every key of the desk, by what it is for. */
@Component({
  selector: 'ovoz-shortcuts',
  imports: [Icon, MatDialogClose, MatDialogTitle, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t" data-testid="shortcuts">
      <header class="dialog-head"><h2 mat-dialog-title class="h-page grow">{{ t('shortcuts.title') }}</h2><button type="button" class="icon-btn" mat-dialog-close [aria-label]="t('action.close')"><svg ovozIcon="x"></svg></button></header>
      <div class="dialog-body groups">
        @for (group of groups; track group.name) {
          <section>
            <h3 class="label">{{ t('shortcuts.group.' + group.name) }}</h3>
            <dl>
              @for (command of group.commands; track command.id) { <div><dt>{{ command.title }}</dt><dd><span class="kbd">{{ command.keys }}</span></dd></div> }
              @if (group.name === 'page') {
                <div><dt>{{ t('shortcuts.palette') }}</dt><dd><span class="kbd">Ctrl K</span></dd></div>
                <div><dt>{{ t('shortcuts.primary') }}</dt><dd><span class="kbd">Ctrl ↵</span></dd></div>
                <div><dt>{{ t('shortcuts.digits') }}</dt><dd><span class="kbd">1–9</span></dd></div>
              }
            </dl>
          </section>
        }
      </div>
    </div>
  `,
  styles: `
    .groups { columns: 2; column-gap: var(--ovoz-space-8); }
    section { break-inside: avoid; margin-block-end: var(--ovoz-space-4); }
    dl > div { display: flex; align-items: center; justify-content: space-between; gap: var(--ovoz-space-3); min-height: 1.75rem; border-block-end: 1px solid var(--ovoz-hairline); }
    dl .kbd { padding-inline: 6px; color: var(--mat-sys-on-surface-variant); }
    h3 { margin: 0 0 var(--ovoz-space-1); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Shortcuts {
  private readonly commands = inject(Commands).list().filter(command => command.keys);
  protected readonly groups = GROUPS
    .map(name => ({ name, commands: this.commands.filter(command => command.group === name) }))
    .filter(group => group.commands.length > 0);
}
