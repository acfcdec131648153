import { ChangeDetectionStrategy, Component, computed, input, model, signal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { rulesOf, strengthOf } from './password-rules';

/** A field for a new password: what it has to be, ticked off while it is typed, and how strong it is, in a word. */
@Component({
  selector: 'ovoz-new-password',
  imports: [Icon, TranslocoDirective],
  template: `
    <div class="field" *transloco="let t">
      <label class="label" for="new-password">{{ t('password.new') }}</label>
      <div class="input" [class.input-bad]="tried() && strength() === 0">
        <input #field id="new-password" name="new-password" [type]="shown() ? 'text' : 'password'" autocomplete="new-password" maxlength="200" aria-describedby="password-rules" [attr.aria-invalid]="tried() && strength() === 0" [value]="password()" (input)="password.set(field.value)" data-testid="new-password">
        <button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t(shown() ? 'sign_in.hide' : 'sign_in.show')" [attr.aria-pressed]="shown()" (click)="shown.set(!shown())"><svg [ovozIcon]="shown() ? 'hidden' : 'eye'"></svg></button>
      </div>
      <div class="row strength" role="status" data-testid="password-strength" [attr.data-strength]="strength()">
        <span class="steps" aria-hidden="true">@for (step of [1, 2, 3]; track step) { <i [class.on]="strength() >= step"></i> }</span>
        <span class="small">{{ password() ? t('password.strength' + strength()) : t('password.strength_none') }}</span>
      </div>
      <ul id="password-rules" class="small">
        @for (rule of rules(); track rule.name) {
          <li class="row row-tight" [class.t-success]="rule.met" [class.t-danger]="tried() && !rule.met" [class.soft]="!rule.met && !tried()"><svg [ovozIcon]="rule.met ? 'check' : 'minus'" class="i-s"></svg><span>{{ t('password.rule.' + rule.name) }}</span><span class="sr">{{ t(rule.met ? 'password.met' : 'password.unmet') }}</span></li>
        }
        <li class="row row-tight soft"><svg ovozIcon="info" class="i-s"></svg><span>{{ t('password.advice') }}</span></li>
      </ul>
    </div>
  `,
  styles: `
    .input { padding-inline-end: 2px; }
    .strength { min-height: 1.25rem; }
    .steps { display: inline-flex; gap: 3px; } .steps i { width: 2rem; height: 4px; border-radius: 2px; background: var(--ovoz-track); } .steps i.on { background: var(--ovoz-success); }
    ul { display: grid; gap: 3px; } li { align-items: flex-start; } li .i { margin-block-start: 1px; }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class NewPassword {
  readonly password = model.required<string>();
  readonly ownWords = input.required<readonly string[]>();
  /** Whether it was sent already: what is missing turns red. */
  readonly tried = input(false);

  protected readonly shown = signal(false);
  protected readonly rules = computed(() => rulesOf(this.password(), this.ownWords()));
  protected readonly strength = computed(() => strengthOf(this.password(), this.ownWords()));
}
