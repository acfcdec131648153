import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatAnchor, MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Conditions, RightInfo, Role } from '../contract/rights';
import type { Question } from '../dialogs/confirm';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { GrantConditions } from './grant-conditions';
import { GrantText } from './grant-text';
import { inGroups } from './grant-words';
import { codeFrom, draftFault, draftOf, EMPTY_DRAFT, hasChanged, type RoleDraft, withConditions, withoutRight, withRight } from './role-draft';
import { RoleEffect } from './role-effect';
import { RoleNames } from './role-names';
import { RolesApi } from './roles-api';

const NEW = 'new';

/** One role as sentences: each right with the conditions it is given under, and what a change would do to whom. */
@Component({
  selector: 'ovoz-role-editor',
  imports: [GrantConditions, Icon, MatAnchor, MatButton, RoleEffect, RouterLink, TranslocoDirective],
  templateUrl: './role-editor.html',
  styleUrl: './role-editor.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class RoleEditor {
  private readonly api = inject(RolesApi);
  private readonly dialog = inject(MatDialog);
  private readonly names = inject(RoleNames);
  private readonly router = inject(Router);
  private readonly store = inject(SessionStore);
  protected readonly language = inject(Language);
  protected readonly text = inject(ProblemText);
  protected readonly words = inject(GrantText);

  /** The code in the address, or `new`; a new one may begin as a copy of another. */
  readonly roleCode = input.required<string>();
  readonly from = input<string>();

  protected readonly mayManage = this.store.may('roles.manage');
  protected readonly bones = Array.from({ length: 9 });
  protected readonly rights = signal<RightInfo[] | null>(null);
  protected readonly role = signal<Role | null>(null);
  protected readonly before = signal<RoleDraft>(EMPTY_DRAFT);
  protected readonly draft = signal<RoleDraft>(EMPTY_DRAFT);
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly stale = signal(false);
  protected readonly busy = signal(false);
  protected readonly saved = signal(false);
  private codeTyped = false;

  protected readonly isNew = computed(() => this.roleCode() === NEW);
  protected readonly ready = computed(() => this.rights() !== null && (this.isNew() || this.role() !== null));
  protected readonly editable = computed(() => this.mayManage && (this.isNew() || this.role()?.shipped === false));
  protected readonly changed = computed(() => this.isNew() || hasChanged(this.draft(), this.before()));
  protected readonly fault = computed(() => draftFault(this.draft()));
  protected readonly groups = computed(() => inGroups(this.rights() ?? [], right => right.name));

  constructor() {
    effect(() => {
      this.roleCode();
      this.from();
      untracked(() => void this.read());
    });
  }

  protected async read(): Promise<void> {
    const [code, from] = [this.roleCode(), this.from()];
    const wanted = code === NEW ? from : code;
    this.failure.set(null);
    this.role.set(null);
    try {
      const [rights, role] = await Promise.all([this.rights() ?? this.api.rights(), wanted ? this.api.show(wanted) : null]);
      if (code !== this.roleCode() || from !== this.from()) return;
      this.rights.set(rights);
      if (code === NEW) this.begin(role);
      else if (role) this.take(role);
    } catch (error) {
      if (code === this.roleCode()) this.failure.set(toProblem(error));
    }
  }

  protected given(right: string): { grant: { right: string; conditions?: Conditions }; index: number }[] {
    return this.draft().grants.map((grant, index) => ({ grant, index })).filter(({ grant }) => grant.right === right);
  }

  protected give(right: string, wanted: boolean): void {
    this.change({ grants: wanted ? withRight(this.draft().grants, right) : withoutRight(this.draft().grants, right) });
  }

  protected condition(index: number, change: Partial<Conditions>): void {
    this.change({ grants: withConditions(this.draft().grants, index, change) });
  }

  protected drop(index: number): void {
    this.change({ grants: this.draft().grants.filter((_, place) => place !== index) });
  }

  protected name(name: string): void {
    this.change(this.isNew() && !this.codeTyped ? { name, code: codeFrom(name) } : { name });
  }

  protected code(code: string): void {
    this.codeTyped = true;
    this.change({ code });
  }

  protected undo(): void {
    this.draft.set(this.before());
    this.problem.set(null);
  }

  protected async save(): Promise<void> {
    const { name, code, grants } = this.draft();
    const role = this.role();
    this.busy.set(true);
    this.problem.set(null);
    try {
      const wish = { name: name.trim(), grants };
      const kept = role ? await this.api.replace(role.code, role.version, wish) : await this.api.create({ code, ...wish });
      await this.names.load();
      if (role) {
        this.take(kept);
        this.saved.set(true);
      } else {
        await this.router.navigate(['/settings/roles', kept.code]);
      }
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 412) this.stale.set(true);
      else this.problem.set(problem);
    } finally {
      this.busy.set(false);
    }
  }

  protected async remove(): Promise<void> {
    const role = this.role();
    if (!role) return;
    const { Confirm } = await import('../dialogs/confirm');
    const text = (key: string) => this.language.text(key, { name: this.names.of(role.code), n: role.people });
    const data: Question = {
      title: text(role.people > 0 ? 'roles.remove_not_yet' : 'roles.remove_title'),
      follows: role.people > 0 ? [text('roles.remove_used')] : [text('roles.remove_unused'), text('roles.remove_recorded')],
      action: text('roles.remove'),
      act: role.people > 0 ? null : () => this.removeNow(role),
    };
    this.dialog.open(Confirm, { width: '30rem', maxWidth: '92vw', data });
  }

  private async removeNow({ code, version }: Role): Promise<void> {
    await this.api.remove(code, version);
    await this.names.load();
    await this.router.navigate(['/settings/roles']);
  }

  private change(change: Partial<RoleDraft>): void {
    this.saved.set(false);
    this.problem.set(null);
    this.draft.update(draft => ({ ...draft, ...change }));
  }

  private begin(copied: Role | null): void {
    this.codeTyped = false;
    const name = copied ? this.language.text('roles.copy_of', { name: this.language.nameOf(copied.names, copied.code) }) : '';
    this.show(copied ? { ...draftOf(copied, name), code: codeFrom(name) } : EMPTY_DRAFT);
  }

  private take(role: Role): void {
    this.role.set(role);
    this.show(draftOf(role, this.language.nameOf(role.names, role.code)));
  }

  private show(draft: RoleDraft): void {
    this.before.set(draft);
    this.draft.set(draft);
    this.stale.set(false);
    this.saved.set(false);
    this.problem.set(null);
  }
}
