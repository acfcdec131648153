import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatDialogRef } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { Language } from '../language/language';
import { formatPhoneNumber, toDialledNumber } from '../language/phone-number';
import { moveAmongChoices } from './choice-keys';
import { Commands } from './commands';

interface Choice {
  id: string;
  icon: string;
  title: string;
  keys?: string;
  run: () => void;
}

/** Ctrl+K: a subscriber's number or a command, by typing. */
@Component({
  selector: 'ovoz-palette',
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t" data-testid="palette">
      <div class="ask">
        <svg ovozIcon="search"></svg>
        <input #field type="text" role="combobox" aria-expanded="true" aria-controls="palette-list" autocomplete="off" spellcheck="false" data-testid="palette-input"
          [attr.aria-label]="t('palette.title')" [attr.aria-activedescendant]="chosen()?.id ?? null" [placeholder]="t('palette.placeholder')"
          [value]="query()" (input)="search(field.value)" (keydown)="move($event)">
      </div>
      <ul id="palette-list" role="listbox" class="dialog-body list" [attr.aria-label]="t('palette.title')">
        @for (choice of choices(); track choice.id) {
          <li role="option" [id]="choice.id" class="choice" [attr.aria-selected]="$index === index()" (mousemove)="index.set($index)" (mousedown)="$event.preventDefault()" (click)="run(choice)" (keydown.enter)="run(choice)" tabindex="-1">
            <svg [ovozIcon]="choice.icon"></svg><span class="grow cut">{{ choice.title }}</span>@if (choice.keys) { <span class="kbd">{{ choice.keys }}</span> }
          </li>
        } @empty { <li class="none small muted">{{ t('palette.none') }}</li> }
      </ul>
      <p class="foot tiny muted">{{ t('palette.keys') }}</p>
    </div>
  `,
  styles: `
    .ask { display: flex; align-items: center; gap: var(--ovoz-space-3); padding: var(--ovoz-space-3) var(--ovoz-space-4); border-block-end: 1px solid var(--ovoz-hairline); color: var(--ovoz-text-muted); }
    input { flex: 1; border: 0; outline: 0; padding: 0; background: none; font: var(--mat-sys-body-large); color: var(--mat-sys-on-surface); }
    .list { padding: var(--ovoz-space-1); max-height: 20rem; }
    .choice { display: flex; align-items: center; gap: var(--ovoz-space-3); min-height: var(--ovoz-row); padding: 0 var(--ovoz-space-3); border-radius: var(--mat-sys-corner-small); cursor: pointer; }
    .choice .i { color: var(--ovoz-text-muted); }
    .choice[aria-selected="true"] { background: var(--ovoz-selected); }
    .none { padding: var(--ovoz-space-4); }
    .foot { padding: var(--ovoz-space-2) var(--ovoz-space-4); border-block-start: 1px solid var(--ovoz-hairline); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Palette {
  private readonly dialog = inject<MatDialogRef<Palette>>(MatDialogRef);
  private readonly router = inject(Router);
  private readonly language = inject(Language);
  private readonly commands = inject(Commands).list().filter(command => command.enabled);

  protected readonly query = signal('');
  protected readonly index = signal(0);
  protected readonly choices = computed((): Choice[] => {
    const words = this.query().trim().toLowerCase();
    const found = this.commands
      .filter(command => command.title.toLowerCase().includes(words))
      .map(({ id, icon, title, keys, run }): Choice => ({ id: `palette-${id}`, icon, title, keys, run }));
    const number = toDialledNumber(words);
    return number ? [this.callsFrom(number), ...found] : found;
  });
  protected readonly chosen = computed(() => this.choices()[this.index()]);

  protected search(text: string): void {
    this.query.set(text);
    this.index.set(0);
  }

  protected move(event: KeyboardEvent): void {
    moveAmongChoices(event, this.choices(), this.index, choice => this.run(choice));
  }

  protected run(choice: Choice): void {
    // Another dialog may follow: this one has to be gone first.
    this.dialog.afterClosed().subscribe(() => choice.run());
    this.dialog.close();
  }

  private callsFrom(number: string): Choice {
    return {
      id: 'palette-number',
      icon: 'history',
      title: this.language.text('palette.search_number', { number: formatPhoneNumber(number) }),
      run: () => void this.router.navigate(['/history'], { queryParams: { number } }),
    };
  }
}
