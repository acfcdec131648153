import { DestroyRef, DOCUMENT, inject, Injectable, signal } from '@angular/core';
import type { Theme as Choice } from '../contract/contract';

export const THEMES: readonly { code: Choice; icon: string }[] = [
  { code: 'light', icon: 'sun' },
  { code: 'dark', icon: 'moon' },
  { code: 'system', icon: 'screen' },
];

const STORED = 'ovoz.theme';

/** Light, dark, or as the system has it. `public/theme.js` does the same before the first paint. */
@Injectable({ providedIn: 'root' })
export class Theme {
  private readonly document = inject(DOCUMENT);
  private readonly system = matchMedia('(prefers-color-scheme: dark)');
  private readonly chosen = signal<Choice>(read());

  readonly choice = this.chosen.asReadonly();

  constructor() {
    const follow = () => this.paint();
    this.system.addEventListener('change', follow);
    inject(DestroyRef).onDestroy(() => this.system.removeEventListener('change', follow));
  }

  choose(choice: Choice): void {
    localStorage.setItem(STORED, choice);
    this.chosen.set(choice);
    this.paint();
  }

  private paint(): void {
    const choice = this.chosen();
    const dark = choice === 'dark' || (choice === 'system' && this.system.matches);
    this.document.documentElement.dataset['theme'] = dark ? 'dark' : 'light';
  }
}

function read(): Choice {
  const stored = localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'system';
}
