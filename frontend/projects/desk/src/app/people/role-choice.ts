import { ChangeDetectionStrategy, Component, computed, inject, input, output } from '@angular/core';
import { Language } from '../language/language';
import { RoleNames } from '../roles/role-names';
import { withRole } from './person-draft';

/** Which roles a person has, each with the sentence that says what it is for. */
@Component({
  selector: 'ovoz-role-choice',
  template: `
    <ul [attr.aria-labelledby]="labelledBy()">
      @for (role of offered(); track role.code) {
        <li><label class="check">
          <input #box type="checkbox" [checked]="chosen().includes(role.code)" [disabled]="disabled()" (change)="chosenChange.emit(next(role.code, box.checked))" [attr.data-testid]="'role-' + role.code">
          <span class="stack"><span class="strong">{{ role.name }}</span>@if (role.purpose) { <span class="small muted">{{ role.purpose }}</span> }</span>
        </label></li>
      }
    </ul>
  `,
  styles: `ul { display: grid; gap: 6px; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RoleChoice {
  private readonly language = inject(Language);
  private readonly roles = inject(RoleNames);

  readonly chosen = input.required<string[]>();
  readonly labelledBy = input.required<string>();
  readonly disabled = input(false);
  readonly chosenChange = output<string[]>();

  protected readonly offered = computed(() => {
    const known = this.roles.roles().map(role => ({ code: role.code, name: this.roles.of(role.code), purpose: role.purpose ? this.language.nameOf(role.purpose, '') : '' }));
    const unknown = this.chosen().filter(code => !known.some(role => role.code === code));
    return [...known, ...unknown.map(code => ({ code, name: this.roles.of(code), purpose: '' }))];
  });

  protected next(code: string, wanted: boolean): string[] {
    return withRole(this.chosen(), code, wanted);
  }
}
