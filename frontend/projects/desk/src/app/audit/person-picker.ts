import { ChangeDetectionStrategy, Component, DestroyRef, inject, input, output, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Person } from '../contract/people';
import { PeopleApi } from '../people/people-api';

const TYPING_MS = 250;
const OFFERED = 8;

/** Finds one person by a part of the name. */
@Component({
  selector: 'ovoz-person-picker',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <div class="input">
        <svg ovozIcon="user"></svg>
        <input #field type="text" role="combobox" autocomplete="off" spellcheck="false" aria-controls="person-picker-list" [attr.aria-expanded]="open()" [attr.aria-activedescendant]="open() ? 'pick-' + index() : null"
          [attr.aria-label]="t('audit.person')" [placeholder]="t('audit.person')" [value]="chosenName()" (input)="type(field.value)" (keydown)="move($event, field)" (blur)="leave(field)" data-testid="audit-person">
        @if (chosenName()) { <button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('audit.any_person')" (click)="clear(field)"><svg ovozIcon="x"></svg></button> }
      </div>
      <ul id="person-picker-list" role="listbox" [hidden]="!open()" [attr.aria-label]="t('audit.person')">
        @for (person of found(); track person.id) {
          <li role="option" class="ix ix-plain" [id]="'pick-' + $index" [attr.aria-selected]="$index === index()" tabindex="-1" (mousedown)="$event.preventDefault()" (click)="choose(person, field)" (keydown.enter)="choose(person, field)" data-testid="audit-person-option"><span class="name cut">{{ person.name }}</span><span></span><span class="aux cut">{{ person.email }}</span></li>
        }
      </ul>
    </ng-container>
  `,
  styles: `
    :host { position: relative; flex: 1 1 11rem; min-width: 9rem; max-width: 16rem; }
    .input { padding-block: 0; padding-inline-end: 2px; }
    ul { position: absolute; z-index: 3; inset-inline: 0; min-width: 16rem; inset-block-start: calc(100% + 2px); padding: var(--ovoz-space-1); border-radius: var(--mat-sys-corner-medium); background: var(--ovoz-floating); box-shadow: var(--ovoz-float); }
    li { cursor: pointer; } li[aria-selected="true"] { background: var(--ovoz-selected); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class PersonPicker {
  private readonly api = inject(PeopleApi);

  /** Name of the person who is chosen already. */
  readonly chosenName = input.required<string>();
  readonly chosen = output<{ id: string; name: string } | null>();

  protected readonly open = signal(false);
  protected readonly found = signal<Person[]>([]);
  protected readonly index = signal(0);
  private timer: ReturnType<typeof setTimeout> | undefined;
  private run = 0;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
  }

  protected type(text: string): void {
    clearTimeout(this.timer);
    this.open.set(false);
    if (text.trim()) this.timer = setTimeout(() => void this.search(text.trim()), TYPING_MS);
  }

  protected move(event: KeyboardEvent, field: HTMLInputElement): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    const person = this.found()[this.index()];
    if (step !== 0 && this.open()) {
      this.index.update(index => (index + step + this.found().length) % this.found().length);
      event.preventDefault();
    } else if (event.key === 'Enter' && this.open() && person) {
      this.choose(person, field);
      event.preventDefault();
    } else if (event.key === 'Escape') {
      this.leave(field);
    }
  }

  protected choose(person: Person, field: HTMLInputElement): void {
    this.open.set(false);
    field.value = person.name;
    this.chosen.emit({ id: person.id, name: person.name });
  }

  protected clear(field: HTMLInputElement): void {
    field.value = '';
    this.chosen.emit(null);
  }

  /** What was typed and not chosen does not stay. */
  protected leave(field: HTMLInputElement): void {
    this.open.set(false);
    field.value = this.chosenName();
  }

  private async search(text: string): Promise<void> {
    const run = ++this.run;
    try {
      const page = await this.api.list({ search: text, limit: OFFERED });
      if (run !== this.run) return;
      this.found.set(page.items);
      this.index.set(0);
      this.open.set(page.items.length > 0);
    } catch {
      this.open.set(false);
    }
  }
}
