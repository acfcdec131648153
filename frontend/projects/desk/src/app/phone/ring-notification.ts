import { DOCUMENT, effect, inject, Injectable, untracked } from '@angular/core';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';

/** A system notification while it rings and the page is out of sight. */
@Injectable({ providedIn: 'root' })
export class RingNotification {
  private readonly live = inject(Live);
  private readonly language = inject(Language);
  private readonly document = inject(DOCUMENT);
  private shown: Notification | null = null;

  constructor() {
    effect(() => {
      const call = this.live.interaction();
      const rings = call?.state === 'ringing';
      untracked(() => {
        this.shown?.close();
        this.shown = null;
        if (!rings || this.document.visibilityState === 'visible' || !('Notification' in window) || Notification.permission !== 'granted') return;
        this.shown = new Notification(this.language.text('phone.stage.ringing'), {
          body: [formatPhoneNumber(call.caller.number), call.queue?.name].filter(Boolean).join(' · '),
          requireInteraction: true,
        });
        this.shown.onclick = () => window.focus();
      });
    });
  }
}
