import { Injectable, signal } from '@angular/core';

/** What is open on the page right now. */
@Injectable({ providedIn: 'root' })
export class DeskView {
  readonly keypadOpen = signal(false);
  /** Counts the wishes to open the state menu by key. */
  readonly stateMenuWishes = signal(0);
  /** What Ctrl+Enter does on this page. */
  readonly primary = signal<(() => void) | null>(null);
  /** What the digits choose on this page. */
  readonly choose = signal<((index: number) => void) | null>(null);

  /** What Alt+Y and Alt+N decide on this page. */
  readonly decide = signal<((approved: boolean) => void) | null>(null);

  openStateMenu(): void {
    this.stateMenuWishes.update(count => count + 1);
  }
}
