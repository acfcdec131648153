import { inject, Injectable } from '@angular/core';
import { formatDuration } from '../clock/duration';
import { Language } from '../language/language';

/** Figures of a played day in words. */
@Injectable({ providedIn: 'root' })
export class ReplayWords {
  private readonly language = inject(Language);

  percent(share: number): string {
    const figure = (share * 100).toFixed(1);
    return `${this.language.locale() === 'en' ? figure : figure.replace('.', ',')} %`;
  }

  seconds(s: number): string {
    return formatDuration(s);
  }
}
