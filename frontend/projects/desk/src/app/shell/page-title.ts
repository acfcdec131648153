import { effect, inject, Injectable, signal } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { type RouterStateSnapshot, TitleStrategy } from '@angular/router';
import { Language } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { Live } from '../live/live';

/** The tab's title: the page, or the number that rings, so that it is seen from another tab. */
@Injectable({ providedIn: 'root' })
export class PageTitle extends TitleStrategy {
  private readonly title = inject(Title);
  private readonly language = inject(Language);
  private readonly live = inject(Live);
  private readonly page = signal('');

  constructor() {
    super();
    effect(() => {
      const page = this.page();
      const interaction = this.live.interaction();
      const rings = interaction?.state === 'ringing';
      const number = formatPhoneNumber(interaction?.caller.number);
      const name = page ? this.language.text(page) : '';
      const text = rings ? `☎ ${number || this.language.text('caller.hidden')}` : name;
      this.title.setTitle(text ? `${text} · Ovoz` : 'Ovoz');
    });
  }

  override updateTitle(snapshot: RouterStateSnapshot): void {
    this.page.set(this.buildTitle(snapshot) ?? '');
  }
}
