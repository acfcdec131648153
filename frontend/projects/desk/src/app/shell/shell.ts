import { ChangeDetectionStrategy, Component, DestroyRef, effect, inject, untracked } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { BreakNotices } from '../desk/break-notices';
import { ReferenceData } from '../desk/reference-data';
import { WrapUpDraft } from '../desk/wrap-up-draft';
import { Live } from '../live/live';
import { Phone } from '../phone/phone';
import { RingNotification } from '../phone/ring-notification';
import { Suspension } from '../problems/suspension';
import { SessionStore } from '../session/session-store';
import { Keyboard } from '../shortcuts/keyboard';
import { Notices } from './notices';
import { PartyBar } from './party-bar';
import { PhoneBar } from './phone-bar';
import { Topbar } from './topbar';

/** The frame of a signed-in person: top bar, page; and for an agent the phone and what is live. */
@Component({
  selector: 'ovoz-shell',
  imports: [BreakNotices, Notices, PartyBar, PhoneBar, RouterOutlet, Topbar, TranslocoDirective],
  template: `
    <div class="app" *transloco="let t">
      <a class="skip" href="#work">{{ t('nav.skip') }}</a>
      <ovoz-topbar />
      @if (store.usesDesk()) {
        <ovoz-phone-bar />
        <ovoz-party-bar />
        <ovoz-notices />
        <ovoz-break-notices />
      }
      <div class="page" id="work" tabindex="-1"><router-outlet /></div>
    </div>
  `,
  styles: `
    .app { display: flex; flex-direction: column; height: 100vh; min-width: 64rem; min-height: 34rem; }
    .page { flex: 1 1 0; min-height: 0; display: grid; grid-template: minmax(0, 1fr) / minmax(0, 1fr); outline: none; }
    .page > router-outlet { display: none; }
    .skip { position: absolute; inset-block-start: -3rem; inset-inline-start: var(--ovoz-space-3); z-index: 10; padding: var(--ovoz-space-2) var(--ovoz-space-3); background: var(--ovoz-floating); border-radius: var(--mat-sys-corner-small); }
    .skip:focus { inset-block-start: var(--ovoz-space-1); }
  `,
  providers: [Keyboard],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Shell {
  private readonly live = inject(Live);
  private readonly phone = inject(Phone);
  private readonly suspension = inject(Suspension);
  protected readonly store = inject(SessionStore);
  private readonly router = inject(Router);

  constructor() {
    inject(Keyboard);
    void this.loadReference(inject(ReferenceData), 0);
    if (this.store.usesDesk()) this.startDesk();
    effect(() => {
      if (this.live.sessionEnded() > 0) untracked(() => this.signInAgain());
    });
    effect(() => {
      if (this.suspension.refused() && !this.mayBeInCall()) untracked(() => void this.sayThatItIsSuspended());
    });
  }

  private startDesk(): void {
    inject(WrapUpDraft);
    inject(RingNotification);
    this.live.start();
    void this.phone.start();
    inject(DestroyRef).onDestroy(() => {
      this.live.stop();
      this.phone.stop();
    });
  }

  private async loadReference(reference: ReferenceData, attempt: number): Promise<void> {
    try {
      await reference.load();
    } catch {
      setTimeout(() => void this.loadReference(reference, attempt + 1), Math.min(15_000, 1000 * 2 ** attempt));
    }
  }

  private mayBeInCall(): boolean {
    if (!this.store.usesDesk() || this.suspension.deskRefused()) return false;
    return !this.live.desk() || this.live.interaction() !== null;
  }

  private async sayThatItIsSuspended(): Promise<void> {
    const way = this.router.createUrlTree(['/suspended'], { queryParams: { next: this.router.url } });
    await this.router.navigateByUrl(way, { skipLocationChange: true });
  }

  private signInAgain(): void {
    const queryParams = { why: 'ended', next: this.router.url };
    this.store.leave(this.router.serializeUrl(this.router.createUrlTree(['/sign-in'], { queryParams })));
  }
}
