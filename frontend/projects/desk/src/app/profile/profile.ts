import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Locale, Theme as ThemeChoice } from '../contract/contract';
import { Language, LOCALES } from '../language/language';
import { RoleNames } from '../roles/role-names';
import { SessionStore } from '../session/session-store';
import { Theme, THEMES } from '../session/theme';
import { Commands } from '../shortcuts/commands';
import { ChangePassword } from './change-password';
import { OtherSessions } from './other-sessions';

/** Who I am here, and how I like the page. Each choice is kept at once. */
@Component({
  selector: 'ovoz-profile',
  imports: [ChangePassword, Icon, MatButton, OtherSessions, TranslocoDirective],
  templateUrl: './profile.html',
  styleUrl: './profile.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Profile {
  protected readonly store = inject(SessionStore);
  protected readonly language = inject(Language);
  protected readonly theme = inject(Theme);
  protected readonly commands = inject(Commands);
  protected readonly roles = inject(RoleNames);
  protected readonly locales = LOCALES;
  protected readonly themes = THEMES;
  protected readonly outcome = signal<'saved' | 'failed' | null>(null);
  protected readonly user = computed(() => this.store.session()?.user);

  constructor() {
    void this.roles.load().catch(() => undefined);
  }

  protected chooseLocale(locale: Locale): void {
    void this.keep(this.store.chooseLocale(locale));
  }

  protected chooseTheme(theme: ThemeChoice): void {
    void this.keep(this.store.chooseTheme(theme));
  }

  protected chooseAutoAnswer(on: boolean): void {
    void this.keep(this.store.chooseAutoAnswer(on));
  }

  private async keep(saving: Promise<void>): Promise<void> {
    this.outcome.set(null);
    try {
      await saving;
      this.outcome.set('saved');
    } catch {
      this.outcome.set('failed');
    }
  }
}
