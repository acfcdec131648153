import { DestroyRef, DOCUMENT, inject, Injectable } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { DeskCommands } from '../desk/desk-commands';
import { Live } from '../live/live';
import { DeskView } from '../shell/desk-view';
import { Commands } from './commands';

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
    || (target instanceof HTMLInputElement && !['checkbox', 'radio', 'range', 'button'].includes(target.type));
}

function pressesItself(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('button, a, summary, [role="menuitem"], [role="option"]') !== null;
}

/** The keys of the desk. Letters by position, so that Cyrillic layouts press the same keys. */
@Injectable()
export class Keyboard {
  private readonly document = inject(DOCUMENT);
  private readonly commands = inject(Commands);
  private readonly desk = inject(DeskCommands);
  private readonly live = inject(Live);
  private readonly view = inject(DeskView);
  private readonly dialog = inject(MatDialog);

  constructor() {
    const listen = (event: KeyboardEvent) => {
      if (this.press(event)) event.preventDefault();
    };
    this.document.addEventListener('keydown', listen);
    inject(DestroyRef).onDestroy(() => this.document.removeEventListener('keydown', listen));
  }

  private press(event: KeyboardEvent): boolean {
    if (event.isComposing) return false;
    const ctrl = event.ctrlKey || event.metaKey;
    if (ctrl && !event.altKey && event.code === 'KeyK') {
      void this.commands.openPalette();
      return true;
    }
    if (event.altKey && !ctrl && !event.shiftKey) {
      const command = this.commands.list().find(candidate => candidate.altCode === event.code);
      if (!command) return false;
      if (command.enabled && !event.repeat) command.run();
      return true;
    }
    if (this.dialog.openDialogs.length > 0) return false;
    if (ctrl && event.key === 'Enter') {
      this.view.primary()?.();
      return this.view.primary() !== null;
    }
    if (ctrl || event.altKey || isTyping(event.target)) return false;
    if (event.key === '?') {
      void this.commands.openShortcuts();
      return true;
    }
    if (event.key === 'Enter' && !pressesItself(event.target) && this.live.interaction()?.state === 'ringing') {
      this.desk.answer();
      return true;
    }
    if (event.key === 'Escape' && this.view.keypadOpen()) {
      this.view.keypadOpen.set(false);
      return true;
    }
    if (/^[1-9]$/.test(event.key) && !this.view.keypadOpen() && this.view.choose()) {
      this.view.choose()?.(Number(event.key) - 1);
      return true;
    }
    return false;
  }
}
