import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialogRef, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Invited, Person } from '../contract/people';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { InvitationLink } from './invitation-link';
import { PeopleApi } from './people-api';
import { NEW_PERSON, type PersonDraft } from './person-draft';
import { RoleChoice } from './role-choice';
import { TeamChoice } from './team-choice';

const ADDRESS = /^[^@\s]+@[^@\s]+$/;

/** Invites somebody; what comes of it is a link to hand over. It closes with the person. */
@Component({
  selector: 'ovoz-invite-dialog',
  imports: [Icon, InvitationLink, MatButton, MatDialogTitle, RoleChoice, TeamChoice, TranslocoDirective],
  templateUrl: './invite-dialog.html',
  styleUrl: './invite-dialog.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class InviteDialog {
  private readonly api = inject(PeopleApi);
  private readonly dialog = inject<MatDialogRef<InviteDialog, Person>>(MatDialogRef);
  protected readonly text = inject(ProblemText);

  protected readonly name = signal('');
  protected readonly email = signal('');
  protected readonly draft = signal<PersonDraft>(NEW_PERSON);
  protected readonly tried = signal(false);
  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly invited = signal<Invited | null>(null);

  protected readonly badName = computed(() => this.tried() && !this.name().trim());
  protected readonly badEmail = computed(() => this.tried() && !ADDRESS.test(this.email().trim()));
  protected readonly badRoles = computed(() => this.tried() && this.draft().roles.length === 0);

  protected change(change: Partial<PersonDraft>): void {
    this.draft.update(draft => ({ ...draft, ...change }));
  }

  protected async invite(event: Event): Promise<void> {
    event.preventDefault();
    this.tried.set(true);
    this.problem.set(null);
    if (this.busy() || this.badName() || this.badEmail() || this.badRoles()) return;
    this.busy.set(true);
    try {
      const { region, ...draft } = this.draft();
      this.invited.set(await this.api.invite({ ...draft, name: this.name().trim(), email: this.email().trim(), region: region.trim() || null }));
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected close(): void {
    this.dialog.close(this.invited()?.person);
  }
}
