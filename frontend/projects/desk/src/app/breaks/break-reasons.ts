import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { BreakReasonSettings } from '../contract/contract';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { type BreakDraft, codeFrom, draftOf, faultsOf, moved, NEW_DRAFT, rulesOf } from './break-draft';
import { BreakReasonsApi } from './break-reasons-api';

const FIELD_OF: Record<string, keyof BreakDraft> = {
  '/code': 'code', '/names/ru': 'ru', '/names/tg': 'tg', '/names/en': 'en', '/limit_s': 'minutes', '/at_once': 'atOnce',
};

/** The operator's reasons for a break: the list in its order, and one of them beside it. */
@Component({
  selector: 'ovoz-break-reasons',
  imports: [Icon, MatButton, TranslocoDirective],
  templateUrl: './break-reasons.html',
  styleUrl: './break-reasons.css',
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class BreakReasons {
  private readonly api = inject(BreakReasonsApi);
  protected readonly language = inject(Language);
  protected readonly text = inject(ProblemText);

  protected readonly languages = ['ru', 'tg', 'en'] as const;
  protected readonly reasons = signal<BreakReasonSettings[] | null>(null);
  protected readonly listProblem = signal<Problem | null>(null);
  /** Which one is open; null: a new one, or none at all while there is no draft. */
  protected readonly open = signal<string | null>(null);
  protected readonly draft = signal<BreakDraft | null>(null);
  protected readonly busy = signal(false);
  protected readonly saved = signal(false);
  protected readonly stale = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  private readonly tried = signal(false);
  private readonly codeTyped = signal(false);

  protected readonly present = computed(() => this.reasons()?.find(reason => reason.code === this.open()) ?? null);
  protected readonly changed = computed(() => {
    const draft = this.draft();
    const present = this.present();
    return draft !== null && JSON.stringify(draft) !== JSON.stringify(present ? draftOf(present) : NEW_DRAFT);
  });
  private readonly faults = computed(() => {
    const draft = this.draft();
    const found = draft && this.tried() ? faultsOf(draft, this.open() === null) : new Set<keyof BreakDraft>();
    for (const { pointer } of this.problem()?.errors ?? []) if (FIELD_OF[pointer]) found.add(FIELD_OF[pointer]);
    return found;
  });

  constructor() {
    void this.load();
  }

  protected async load(): Promise<void> {
    this.listProblem.set(null);
    try {
      this.reasons.set(await this.api.list());
    } catch (error) {
      this.listProblem.set(toProblem(error));
    }
  }

  protected begin(): void {
    this.open.set(null);
    this.codeTyped.set(false);
    this.take(NEW_DRAFT);
  }

  protected show(reason: BreakReasonSettings): void {
    this.open.set(reason.code);
    this.take(draftOf(reason));
  }

  protected async reload(): Promise<void> {
    await this.load();
    const present = this.present();
    if (present) this.show(present);
  }

  protected change(change: Partial<BreakDraft>): void {
    this.saved.set(false);
    this.problem.set(null);
    this.draft.update(draft => draft && { ...draft, ...change });
  }

  protected rename(name: 'ru' | 'tg' | 'en', value: string): void {
    const code = name === 'en' && this.open() === null && !this.codeTyped() ? { code: codeFrom(value) } : {};
    this.change({ [name]: value, ...code });
  }

  protected typeCode(code: string): void {
    this.codeTyped.set(code !== '');
    this.change({ code });
  }

  protected bad(field: keyof BreakDraft): boolean {
    return this.faults().has(field);
  }

  protected async save(): Promise<void> {
    const draft = this.draft();
    if (!draft || this.busy()) return;
    this.tried.set(true);
    if (this.faults().size > 0) return;
    const present = this.present();
    const isNew = this.open() === null;
    const rules = rulesOf(draft);
    await this.keep(() => (isNew || !present ? this.api.create(draft.code, rules) : this.api.replace(present, rules, present.archived)));
  }

  protected async archive(archived: boolean): Promise<void> {
    const present = this.present();
    if (!present) return;
    // As it is kept, and not as it stands in the form.
    await this.keep(() => this.api.replace(present, rulesOf(draftOf(present)), archived));
  }

  protected async move(reason: BreakReasonSettings, by: -1 | 1, event?: Event): Promise<void> {
    event?.preventDefault();
    const before = this.reasons();
    if (!before || this.busy()) return;
    const codes = moved(before.map(item => item.code), reason.code, by);
    this.busy.set(true);
    this.listProblem.set(null);
    this.reasons.set(codes.flatMap(code => before.filter(item => item.code === code)));
    try {
      this.reasons.set(await this.api.order(codes));
    } catch (error) {
      this.reasons.set(before);
      this.listProblem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected minutes(seconds: number): string {
    return this.language.number(seconds / 60, seconds % 60 ? 1 : 0);
  }

  protected rulesText(reason: BreakReasonSettings): string {
    const words = [
      ...(reason.archived ? [this.language.text('breaks.archived')] : []),
      ...(reason.needs_approval ? [this.language.text('wish.needs_word')] : []),
      ...(reason.at_once ? [this.language.text('breaks.at_once_short', { n: reason.at_once })] : []),
    ];
    if (words.length === 0 && !reason.limit_s) return this.language.text('breaks.free');
    return words.join(' · ');
  }

  private async keep(ask: () => Promise<BreakReasonSettings>): Promise<void> {
    this.busy.set(true);
    this.problem.set(null);
    try {
      const kept = await ask();
      this.reasons.update(all => {
        const others = all ?? [];
        return others.some(item => item.code === kept.code) ? others.map(item => (item.code === kept.code ? kept : item)) : [...others, kept];
      });
      this.show(kept);
      this.saved.set(true);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 412) this.stale.set(true);
      else this.problem.set(problem);
    } finally {
      this.busy.set(false);
    }
  }

  private take(draft: BreakDraft): void {
    this.draft.set(draft);
    this.tried.set(false);
    this.saved.set(false);
    this.stale.set(false);
    this.problem.set(null);
  }
}
