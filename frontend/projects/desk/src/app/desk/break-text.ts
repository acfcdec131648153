import { inject, Injectable } from '@angular/core';
import { formatTime } from '../language/dates';
import { Language } from '../language/language';
import { Live } from '../live/live';

/** A break that has no place left, in words: who comes back first, and when at the latest. */
@Injectable({ providedIn: 'root' })
export class BreakText {
  private readonly live = inject(Live);
  private readonly language = inject(Language);

  /** Empty where there is a place. */
  full(code: string | null | undefined): string {
    const held = this.live.desk()?.breaks.find(item => item.code === code);
    if (!held || held.taken < held.at_once) return '';
    if (!held.first_back) return this.language.text('break_full.of', { n: held.at_once });
    const name = held.first_back.name;
    if (!held.first_back_at) return this.language.text('break_full.first', { name });
    return this.language.text('break_full.first_at', { name, time: formatTime(held.first_back_at) });
  }
}
