import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialogClose, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { Skill, SkillUpdate } from '../contract/skills';
import { Language, LOCALES } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { codeFrom } from '../roles/role-draft';
import { SkillsApi } from './skills-api';

type Names = Skill['names'];
const NOTHING: Names = { ru: '', tg: '', en: '' };

/** The operator's skills: named in three languages, put in order, archived and taken back. */
@Component({
  selector: 'ovoz-skill-list',
  imports: [Icon, MatButton, MatDialogClose, MatDialogTitle, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t" data-testid="skill-list">
      <header class="dialog-head"><h2 mat-dialog-title class="grow">{{ t('skills.list') }}</h2><button type="button" class="icon-btn" mat-dialog-close [aria-label]="t('action.close')" data-testid="skill-list-close"><svg ovozIcon="x"></svg></button></header>
      <div class="dialog-body">
        @if (failure(); as failure) { <div class="notice notice-danger" role="alert"><svg ovozIcon="alert"></svg><span>{{ text.of(failure) }}</span><button matButton="outlined" class="btn-s" type="button" (click)="read()">{{ t('action.retry') }}</button></div> }
        <ul>
          @for (skill of known(); track skill.id; let place = $index) {
            <li data-testid="skill" [attr.data-code]="skill.code" [class.archived]="skill.archived">
              @if (editing()?.id === skill.id) {
                <form class="names" (submit)="$event.preventDefault(); rename(skill)">
                  @for (locale of locales; track locale.code) { <label class="field"><span class="label">{{ locale.name }}</span><input #name class="input" type="text" maxlength="80" autocomplete="off" [value]="names()[locale.code]" (input)="type(locale.code, name.value)" [attr.data-testid]="'skill-name-' + locale.code"></label> }
                  <span class="row acts"><button matButton="filled" type="submit" [disabled]="!complete() || busy()" data-testid="skill-rename">{{ t('action.save') }}</button><button matButton="outlined" type="button" (click)="editing.set(null)">{{ t('action.cancel') }}</button></span>
                </form>
              } @else {
                <span class="grow stack"><span class="strong cut">{{ language.nameOf(skill.names, skill.code) }}@if (skill.archived) { <span class="chip">{{ t('skills.archived') }}</span> }</span><span class="small muted cut">{{ skill.code }} · {{ t('skills.people', { n: skill.people }) }}</span></span>
                <button type="button" class="icon-btn icon-btn-s up" [disabled]="place === 0 || busy()" [attr.aria-label]="t('skills.up', { name: skill.code })" (click)="move(place, -1)"><svg ovozIcon="down"></svg></button>
                <button type="button" class="icon-btn icon-btn-s" [disabled]="place === known().length - 1 || busy()" [attr.aria-label]="t('skills.down', { name: skill.code })" (click)="move(place, 1)"><svg ovozIcon="down"></svg></button>
                <button type="button" class="icon-btn icon-btn-s" [attr.aria-label]="t('skills.rename', { name: skill.code })" (click)="edit(skill)" data-testid="skill-edit"><svg ovozIcon="pencil"></svg></button>
                <button matButton="outlined" class="btn-s" type="button" [disabled]="busy()" (click)="change(skill, { archived: !skill.archived })" data-testid="skill-archive">{{ t(skill.archived ? 'skills.take_back' : 'skills.archive') }}</button>
              }
            </li>
          }
        </ul>
        @if (!editing()) {
          <form class="new" (submit)="$event.preventDefault(); add()">
            <h3 class="h-part">{{ t('skills.new') }}</h3>
            <div class="names">
              @for (locale of locales; track locale.code) { <label class="field"><span class="label">{{ locale.name }}</span><input #name class="input" type="text" maxlength="80" autocomplete="off" [value]="names()[locale.code]" (input)="type(locale.code, name.value)" [attr.data-testid]="'skill-new-' + locale.code"></label> }
              <label class="field"><span class="label">{{ t('roles.code') }}</span><input #codeField class="input" type="text" maxlength="40" autocomplete="off" spellcheck="false" [value]="code()" (input)="typedCode.set(codeField.value)" data-testid="skill-new-code"></label>
            </div>
            <span class="row"><span class="small grow" role="status">@if (problem(); as problem) { <span class="field-error" data-testid="skill-problem"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</span> }</span><button matButton="filled" type="submit" [disabled]="!complete() || !codeFits() || busy()" data-testid="skill-add"><svg ovozIcon="plus"></svg>{{ t('skills.add') }}</button></span>
          </form>
        } @else if (problem(); as problem) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ text.of(problem) }}</p> }
      </div>
    </div>
  `,
  styles: `
    ul { display: grid; }
    li { display: flex; align-items: center; gap: var(--ovoz-space-1); min-height: 2.75rem; padding-block: var(--ovoz-space-1); border-block-end: 1px solid var(--ovoz-hairline); }
    .archived .strong { color: var(--ovoz-text-muted); }
    .chip { margin-inline-start: var(--ovoz-space-2); }
    .up svg { rotate: 180deg; }
    .names { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--ovoz-space-2); flex: 1; align-items: end; }
    .acts { flex-wrap: wrap; }
    .new { display: grid; gap: var(--ovoz-space-3); padding-block-start: var(--ovoz-space-4); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SkillList {
  private readonly api = inject(SkillsApi);
  protected readonly language = inject(Language);
  protected readonly text = inject(ProblemText);

  protected readonly locales = LOCALES;
  protected readonly known = signal<Skill[]>([]);
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly busy = signal(false);
  protected readonly editing = signal<Skill | null>(null);
  protected readonly names = signal<Names>(NOTHING);
  protected readonly typedCode = signal<string | null>(null);
  protected readonly code = computed(() => this.typedCode() ?? codeFrom(this.names().en || this.names().ru));
  protected readonly codeFits = computed(() => /^[a-z][a-z0-9_]{0,39}$/.test(this.code()));
  protected readonly complete = computed(() => Object.values(this.names()).every(name => name.trim()));

  constructor() {
    void this.read();
  }

  protected async read(): Promise<void> {
    this.failure.set(null);
    try {
      this.known.set(await this.api.list());
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }

  protected edit(skill: Skill): void {
    this.problem.set(null);
    this.editing.set(skill);
    this.names.set(skill.names);
  }

  protected type(locale: keyof Names, name: string): void {
    this.names.update(names => ({ ...names, [locale]: name }));
  }

  protected async add(): Promise<void> {
    if (!this.complete() || !this.codeFits()) return;
    await this.act(async () => {
      await this.api.create({ code: this.code(), names: trimmed(this.names()) });
      this.names.set(NOTHING);
      this.typedCode.set(null);
    });
  }

  protected async rename(skill: Skill): Promise<void> {
    if (!this.complete()) return;
    await this.act(async () => {
      await this.api.change(skill, { names: trimmed(this.names()) });
      this.editing.set(null);
      this.names.set(NOTHING);
    });
  }

  protected change(skill: Skill, change: SkillUpdate): Promise<void> {
    return this.act(() => this.api.change(skill, change));
  }

  /** Every skill gets the place it is seen at, so that two of one place cannot stay. */
  protected move(place: number, by: number): Promise<void> {
    const next = [...this.known()];
    const [moved] = next.splice(place, 1);
    if (moved) next.splice(place + by, 0, moved);
    return this.act(async () => {
      for (const [position, skill] of next.entries()) if (skill.position !== position) await this.api.change(skill, { position });
    });
  }

  private async act(act: () => Promise<unknown>): Promise<void> {
    this.busy.set(true);
    this.problem.set(null);
    try {
      await act();
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      await this.read();
      this.busy.set(false);
    }
  }
}

function trimmed(names: Names): Names {
  return { ru: names.ru.trim(), tg: names.tg.trim(), en: names.en.trim() };
}
