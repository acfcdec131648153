import { inject, Injectable } from '@angular/core';
import type { Conditions } from '../contract/rights';
import { Language } from '../language/language';
import { conditionWords, isScoped } from './grant-words';

/** Rights and grants as sentences in the person's language. */
@Injectable({ providedIn: 'root' })
export class GrantText {
  private readonly language = inject(Language);

  right(right: string): string {
    const key = `right.${right}`;
    return this.language.has(key) ? this.language.text(key) : right;
  }

  /** Слушать записи: своей команды, с 08:00 до 20:00 */
  of(right: string, conditions: Conditions | undefined): string {
    const rest = this.conditions(right, conditions);
    return rest ? `${this.right(right)}: ${rest}` : this.right(right);
  }

  conditions(right: string, conditions: Conditions | undefined): string {
    return conditionWords(conditions, isScoped(right)).map(({ key, params }) => this.language.text(key, params)).join(', ');
  }
}
