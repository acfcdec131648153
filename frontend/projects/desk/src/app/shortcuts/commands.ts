import { inject, Injectable } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { partiesOf } from '../desk/call-parties';
import { DeskCommands } from '../desk/desk-commands';
import { ReferenceData } from '../desk/reference-data';
import { Language } from '../language/language';
import { Live } from '../live/live';
import { Phone } from '../phone/phone';
import { SessionStore } from '../session/session-store';
import { SETTINGS } from '../settings/sections';
import { DeskView } from '../shell/desk-view';

export type CommandGroup = 'call' | 'state' | 'go' | 'page';

export interface Command {
  id: string;
  group: CommandGroup;
  icon: string;
  title: string;
  /** Key to press with Alt, by position (`KeyM`), so that the layout does not matter. */
  altCode?: string;
  /** How the keys are written. */
  keys?: string;
  enabled: boolean;
  run: () => void;
}

/** Everything that can be told to the desk, in one list: for the keys, the palette and the help. */
@Injectable({ providedIn: 'root' })
export class Commands {
  private readonly live = inject(Live);
  private readonly phone = inject(Phone);
  private readonly desk = inject(DeskCommands);
  private readonly reference = inject(ReferenceData);
  private readonly view = inject(DeskView);
  private readonly language = inject(Language);
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);
  private readonly store = inject(SessionStore);

  list(): Command[] {
    return [...(this.store.usesDesk() ? this.deskCommands() : []), ...this.pageCommands()];
  }

  async openPalette(): Promise<void> {
    if (this.dialog.openDialogs.length > 0) return;
    const { Palette } = await import('./palette');
    this.dialog.open(Palette, { width: '38rem', maxWidth: '92vw', position: { top: '4rem' }, autoFocus: 'input', restoreFocus: true });
  }

  async openShortcuts(): Promise<void> {
    if (this.dialog.openDialogs.length > 0) return;
    const { Shortcuts } = await import('./shortcuts');
    this.dialog.open(Shortcuts, { width: '40rem', maxWidth: '92vw' });
  }

  async openTransfer(): Promise<void> {
    if (this.dialog.openDialogs.length > 0) return;
    const { TransferPanel } = await import('../desk/transfer-panel');
    this.dialog.open(TransferPanel, { width: '38rem', maxWidth: '92vw', position: { top: '6.75rem' }, autoFocus: 'input', restoreFocus: true });
  }

  toggleRecording(): void {
    const resume = partiesOf(this.live.interaction()).mayResumeRecording;
    void this.desk.order(resume ? 'recording/resume' : 'recording/pause');
  }

  async openDial(): Promise<void> {
    if (this.dialog.openDialogs.length > 0 || !this.desk.canCall()) return;
    const { TransferPanel } = await import('../desk/transfer-panel');
    this.dialog.open(TransferPanel, { data: 'call', width: '38rem', maxWidth: '92vw', position: { top: '6.75rem' }, autoFocus: 'input', restoreFocus: true });
  }

  async openDevices(): Promise<void> {
    if (this.dialog.openDialogs.length > 0) return;
    const { Devices } = await import('../phone/devices');
    this.dialog.open(Devices, { width: '30rem', maxWidth: '92vw' });
  }

  private deskCommands(): Command[] {
    const text = (key: string) => this.language.text(key);
    const interaction = this.live.interaction();
    const call = interaction?.state;
    const inCall = call === 'talking' || call === 'held';
    const parties = partiesOf(interaction);
    const state = this.live.agent()?.state;
    return [
      { id: 'answer', group: 'call', icon: 'phone', title: text('phone.answer'), altCode: 'KeyA', keys: 'Alt A', enabled: call === 'ringing', run: () => this.desk.answer() },
      { id: 'reject', group: 'call', icon: 'x', title: text('phone.reject'), altCode: 'KeyJ', keys: 'Alt J', enabled: call === 'ringing', run: () => void this.desk.reject() },
      { id: 'mute', group: 'call', icon: this.phone.muted() ? 'mic' : 'mic-off', title: text(this.phone.muted() ? 'phone.unmute_long' : 'phone.mute_long'), altCode: 'KeyM', keys: 'Alt M', enabled: inCall, run: () => this.phone.toggleMute() },
      { id: 'hold', group: 'call', icon: call === 'held' ? 'play' : 'pause', title: text(call === 'held' ? 'phone.resume_long' : 'phone.hold_long'), altCode: 'KeyH', keys: 'Alt H', enabled: parties.mayHold, run: () => void this.desk.toggleHold() },
      { id: 'transfer', group: 'call', icon: 'transfer', title: text('phone.transfer_long'), altCode: 'KeyT', keys: 'Alt T', enabled: parties.mayConsult, run: () => void this.openTransfer() },
      { id: 'call', group: 'call', icon: 'phone-out', title: text('phone.make_call_long'), altCode: 'KeyL', keys: 'Alt L', enabled: this.desk.canCall(), run: () => void this.openDial() },
      { id: 'swap', group: 'call', icon: 'swap', title: text('parties.swap_long'), altCode: 'KeyS', keys: 'Alt S', enabled: parties.maySwap, run: () => void this.desk.order('swap') },
      { id: 'join', group: 'call', icon: 'users', title: text('parties.join_long'), altCode: 'KeyC', keys: 'Alt C', enabled: parties.mayJoin, run: () => void this.desk.order('join') },
      { id: 'complete', group: 'call', icon: 'transfer', title: text('parties.complete_long'), altCode: 'KeyP', keys: 'Alt P', enabled: parties.mayComplete, run: () => void this.desk.order('complete') },
      { id: 'return', group: 'call', icon: 'undo', title: text('parties.return_long'), altCode: 'KeyR', keys: 'Alt R', enabled: parties.mayReturn, run: () => void this.desk.order('return') },
      { id: 'card', group: 'call', icon: 'shield', title: text(parties.mayResumeRecording ? 'phone.card_over_long' : 'phone.card_long'), altCode: 'KeyV', keys: 'Alt V', enabled: parties.mayPauseRecording || parties.mayResumeRecording, run: () => this.toggleRecording() },
      { id: 'keypad', group: 'call', icon: 'keypad', title: text('phone.keypad_long'), altCode: 'KeyK', keys: 'Alt K', enabled: inCall, run: () => this.view.keypadOpen.update(open => !open) },
      { id: 'hang-up', group: 'call', icon: 'hangup', title: text('phone.hang_up_long'), altCode: 'KeyX', keys: 'Alt X', enabled: this.desk.canHangUp(), run: () => void this.desk.hangUp() },
      { id: 'ready', group: 'state', icon: 'check-circle', title: text('state.ready'), altCode: 'KeyG', keys: 'Alt G', enabled: state !== 'ready', run: () => void this.desk.setState('ready') },
      { id: 'state-menu', group: 'state', icon: 'coffee', title: text('state.choose_break'), altCode: 'KeyB', keys: 'Alt B', enabled: true, run: () => this.view.openStateMenu() },
      { id: 'withdraw-break', group: 'state', icon: 'undo', title: text('wish.withdraw_long'), altCode: 'KeyW', keys: 'Alt W', enabled: this.live.agent()?.wish != null, run: () => void this.desk.withdrawBreakRequest() },
      ...this.reference.breakReasons().map((reason): Command => ({
        id: `break-${reason.code}`, group: 'state', icon: 'coffee', title: `${text(reason.needs_approval ? 'wish.ask_for' : 'state.break')}: ${reason.name}`, enabled: true, run: () => void this.desk.setState('break', reason.code),
      })),
      { id: 'offline', group: 'state', icon: 'offline', title: text('state.offline'), altCode: 'KeyO', keys: 'Alt O', enabled: state !== 'offline', run: () => void this.desk.setState('offline') },
      { id: 'go-desk', group: 'go', icon: 'headset', title: text('nav.desk'), altCode: 'Digit1', keys: 'Alt 1', enabled: true, run: () => void this.router.navigateByUrl('/') },
    ];
  }

  /** On the page of the shift: about the oldest request. */
  private decisions(): Command[] {
    const text = (key: string) => this.language.text(key);
    return [
      { id: 'approve-break', group: 'page', icon: 'check-circle', title: text('shift.approve_long'), altCode: 'KeyY', keys: 'Alt Y', enabled: true, run: () => this.view.decide()?.(true) },
      { id: 'deny-break', group: 'page', icon: 'x-circle', title: text('shift.deny_long'), altCode: 'KeyN', keys: 'Alt N', enabled: true, run: () => this.view.decide()?.(false) },
    ];
  }

  private pageCommands(): Command[] {
    const text = (key: string) => this.language.text(key);
    return [
      { id: 'go-history', group: 'go', icon: 'history', title: text('nav.history'), altCode: 'Digit2', keys: 'Alt 2', enabled: this.store.may('interactions.read'), run: () => void this.router.navigateByUrl('/history') },
      { id: 'go-returns', group: 'go', icon: 'callback', title: text('nav.returns'), altCode: 'Digit6', keys: 'Alt 6', enabled: this.store.may('returns.work'), run: () => void this.router.navigateByUrl('/returns') },
      { id: 'go-shift', group: 'go', icon: 'users', title: text('nav.shift'), altCode: 'Digit5', keys: 'Alt 5', enabled: this.store.may('team.watch'), run: () => void this.router.navigateByUrl('/shift') },
      ...(this.view.decide() ? this.decisions() : []),
      { id: 'go-profile', group: 'go', icon: 'user', title: text('nav.profile'), altCode: 'Digit3', keys: 'Alt 3', enabled: true, run: () => void this.router.navigateByUrl('/profile') },
      ...SETTINGS.filter(section => this.store.may(section.right)).map((section, index): Command => ({
        id: `go-${section.name}`, group: 'go', icon: section.icon, title: text(`settings.${section.name}`), ...(index === 0 ? { altCode: 'Digit4', keys: 'Alt 4' } : {}), enabled: true, run: () => void this.router.navigateByUrl(section.path),
      })),
      { id: 'devices', group: 'page', icon: 'headset', title: text('devices.title'), altCode: 'KeyD', keys: 'Alt D', enabled: true, run: () => void this.openDevices() },
      { id: 'theme-light', group: 'page', icon: 'sun', title: text('theme.light_long'), enabled: true, run: () => void this.store.chooseTheme('light') },
      { id: 'theme-dark', group: 'page', icon: 'moon', title: text('theme.dark_long'), enabled: true, run: () => void this.store.chooseTheme('dark') },
      { id: 'shortcuts', group: 'page', icon: 'help', title: text('shortcuts.title'), keys: '?', enabled: true, run: () => void this.openShortcuts() },
    ];
  }
}
