import { ChangeDetectionStrategy, Component, computed, DestroyRef, DOCUMENT, type ElementRef, inject, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { AgentSkills, Skill } from '../contract/skills';
import type { Question } from '../dialogs/confirm';
import { formatWhen } from '../language/dates';
import { Language } from '../language/language';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SessionStore } from '../session/session-store';
import { changesOf, type Conflict, copied, type Draft, filled, inOrder, isInside, keyOf, levelOf, type Order, pasted, type Place, rangeOf, rebased, type Selection, sheetOf, shownLevel, withLevel, withoutKeys } from './skill-matrix';
import { SkillsApi } from './skills-api';

const EMPTY: Draft = new Map();
const MOST_UNDO = 100;
const MOST_CHANGES = 5000;
const START: Selection = { from: { row: 0, column: 0 }, to: { row: 0, column: 0 } };

/** Agents and skills as a sheet: whole blocks are set at once, and nothing counts until it is saved. */
@Component({
  selector: 'ovoz-skills',
  imports: [Icon, MatButton, TranslocoDirective],
  templateUrl: './skills.html',
  styleUrl: './skills.css',
  host: { '(window:beforeunload)': 'keepPage($event)', '(document:pointerup)': 'dragging = false' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Skills {
  private readonly api = inject(SkillsApi);
  private readonly clock = inject(ServerClock);
  private readonly dialog = inject(MatDialog);
  private readonly document = inject(DOCUMENT);
  private readonly store = inject(SessionStore);
  protected readonly language = inject(Language);
  protected readonly text = inject(ProblemText);
  private readonly table = viewChild<ElementRef<HTMLElement>>('table');

  protected readonly mayList = this.store.may('queues.manage');
  protected readonly bones = Array.from({ length: 10 });
  protected readonly levels = [1, 2, 3, 4, 5];
  protected readonly all = signal<Skill[] | null>(null);
  protected readonly agents = signal<AgentSkills[] | null>(null);
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly conflicts = signal<Conflict[]>([]);
  protected readonly busy = signal(false);
  protected readonly saved = signal(false);
  /** Cells that a paste could not take. */
  protected readonly leftOut = signal(0);
  protected readonly search = signal('');
  protected readonly team = signal('');
  protected readonly order = signal<Order>('name');
  protected readonly selection = signal<Selection>(START);
  protected readonly draft = signal<Draft>(EMPTY);
  private readonly past = signal<Draft[]>([]);
  private readonly future = signal<Draft[]>([]);
  protected dragging = false;

  protected readonly skills = computed(() => (this.all() ?? []).filter(skill => !skill.archived));
  protected readonly teams = computed(() => [...new Map((this.agents() ?? []).flatMap(agent => (agent.team ? [[agent.team.id, agent.team] as const] : []))).values()].sort((a, b) => a.name.localeCompare(b.name, 'ru')));
  protected readonly rows = computed(() => {
    const words = this.search().trim().toLowerCase();
    const found = (this.agents() ?? []).filter(agent => (!words || agent.name.toLowerCase().includes(words)) && (!this.team() || agent.team?.id === this.team()));
    return inOrder(found, this.order());
  });
  protected readonly narrowed = computed(() => Boolean(this.search().trim() || this.team()));
  protected readonly changed = computed(() => this.draft().size);
  protected readonly changedPeople = computed(() => new Set([...this.draft().keys()].map(key => key.split('/')[0])).size);
  protected readonly tooMany = computed(() => this.changed() > MOST_CHANGES);
  protected readonly selectedCells = computed(() => {
    const { top, bottom, left, right } = rangeOf(this.selection());
    return (bottom - top + 1) * (right - left + 1);
  });
  private readonly conflictKeys = computed(() => new Set(this.conflicts().map(conflict => conflict.key)));
  protected readonly canUndo = computed(() => this.past().length > 0);

  constructor() {
    void this.read();
    inject(DestroyRef).onDestroy(() => (this.dragging = false));
  }

  protected async read(): Promise<void> {
    this.failure.set(null);
    try {
      const [skills, agents] = await Promise.all([this.api.list(), this.api.agents()]);
      this.all.set(skills);
      this.agents.set(agents);
    } catch (error) {
      this.failure.set(toProblem(error));
    }
  }

  /** Asked by the router: what is not saved would be gone. */
  async mayLeave(): Promise<boolean> {
    if (this.changed() === 0) return true;
    const { Confirm } = await import('../dialogs/confirm');
    const data: Question = {
      title: this.language.text('skills.leave'),
      follows: [this.language.text('skills.leave_lost', { n: this.changed() })],
      action: this.language.text('skills.leave_act'),
      act: () => Promise.resolve(),
    };
    const closed = this.dialog.open<unknown, Question, boolean>(Confirm, { width: '28rem', maxWidth: '92vw', data }).afterClosed();
    return new Promise(resolve => closed.subscribe(left => resolve(left === true)));
  }

  protected keepPage(event: BeforeUnloadEvent): void {
    if (this.changed() > 0) event.preventDefault();
  }

  // What a cell shows

  protected level(agent: AgentSkills, skill: Skill): number {
    return shownLevel(this.draft(), agent, skill.id);
  }

  protected isChanged(agent: AgentSkills, skill: Skill): boolean {
    return this.draft().has(keyOf(agent.user_id, skill.id));
  }

  protected isConflict(agent: AgentSkills, skill: Skill): boolean {
    return this.conflictKeys().has(keyOf(agent.user_id, skill.id));
  }

  protected isSelected(row: number, column: number): boolean {
    return isInside(this.selection(), row, column);
  }

  protected isFocus(row: number, column: number): boolean {
    const { to } = this.selection();
    return to.row === row && to.column === column;
  }

  protected nameOf(skill: Skill): string {
    return this.language.nameOf(skill.names, skill.code);
  }

  protected skillName(skillId: string): string {
    const skill = this.all()?.find(candidate => candidate.id === skillId);
    return skill ? this.nameOf(skill) : skillId;
  }

  protected when(moment: string | null): string {
    return moment ? formatWhen(moment, this.language.locale(), this.clock.now()) : '';
  }

  // Choosing cells

  protected press(row: number, column: number, event: PointerEvent): void {
    if (event.button !== 0) return;
    this.dragging = true;
    const place = { row, column };
    this.selection.set(event.shiftKey ? { from: this.selection().from, to: place } : { from: place, to: place });
  }

  protected over(row: number, column: number): void {
    if (this.dragging) this.selection.update(({ from }) => ({ from, to: { row, column } }));
  }

  protected chooseColumn(column: number): void {
    this.selection.set({ from: { row: Math.max(0, this.rows().length - 1), column }, to: { row: 0, column } });
    this.focus();
  }

  protected chooseRow(row: number): void {
    this.selection.set({ from: { row, column: Math.max(0, this.skills().length - 1) }, to: { row, column: 0 } });
    this.focus();
  }

  protected narrow(change: Partial<{ search: string; team: string; order: string }>): void {
    if (change.search !== undefined) this.search.set(change.search);
    if (change.team !== undefined) this.team.set(change.team);
    if (change.order !== undefined) this.order.set(change.order as Order);
    this.selection.set(START);
  }

  protected key(event: KeyboardEvent): void {
    const control = event.ctrlKey || event.metaKey;
    if (control && event.code === 'KeyZ') return this.handled(event, () => (event.shiftKey ? this.redo() : this.undo()));
    if (control && event.code === 'KeyY') return this.handled(event, () => this.redo());
    if (control && event.code === 'KeyA') return this.handled(event, () => this.chooseAll());
    const moved = this.moved(event.key, control);
    if (moved) return this.handled(event, () => this.move(moved, event.shiftKey));
    if (control || event.altKey) return;
    const level = event.key === 'Delete' || event.key === 'Backspace' ? 0 : event.key.trim() === '' ? null : levelOf(event.key);
    if (level !== null) this.handled(event, () => this.set(level));
  }

  private handled(event: KeyboardEvent, act: () => void): void {
    event.preventDefault();
    act();
  }

  private moved(key: string, control: boolean): Place | null {
    const { row, column } = this.selection().to;
    const [lastRow, lastColumn] = [this.rows().length - 1, this.skills().length - 1];
    switch (key) {
      case 'ArrowUp': return { row: control ? 0 : row - 1, column };
      case 'ArrowDown': return { row: control ? lastRow : row + 1, column };
      case 'ArrowLeft': return { row, column: control ? 0 : column - 1 };
      case 'ArrowRight': return { row, column: control ? lastColumn : column + 1 };
      case 'PageUp': return { row: row - 10, column };
      case 'PageDown': return { row: row + 10, column };
      case 'Home': return { row: control ? 0 : row, column: 0 };
      case 'End': return { row: control ? lastRow : row, column: lastColumn };
      case 'Enter': return { row: row + 1, column };
      default: return null;
    }
  }

  private move({ row, column }: Place, extend: boolean): void {
    const to = { row: clamp(row, this.rows().length), column: clamp(column, this.skills().length) };
    this.selection.update(({ from }) => ({ from: extend ? from : to, to }));
    this.focus();
  }

  private chooseAll(): void {
    this.selection.set({ from: { row: Math.max(0, this.rows().length - 1), column: Math.max(0, this.skills().length - 1) }, to: { row: 0, column: 0 } });
    this.focus();
  }

  /** The focus follows the selection's moving corner, once it is drawn. */
  private focus(): void {
    setTimeout(() => this.table()?.nativeElement.querySelector<HTMLElement>('td[tabindex="0"]')?.focus());
  }

  // Changing

  protected set(level: number): void {
    this.change(filled(this.draft(), this.selection(), this.rows(), this.skills(), level));
  }

  protected copy(event: ClipboardEvent): void {
    event.preventDefault();
    event.clipboardData?.setData('text/plain', copied(this.draft(), this.selection(), this.rows(), this.skills()));
  }

  protected paste(event: ClipboardEvent): void {
    event.preventDefault();
    const { draft, left } = pasted(this.draft(), this.selection(), this.rows(), this.skills(), event.clipboardData?.getData('text/plain') ?? '');
    this.change(draft);
    this.leftOut.set(left);
  }

  protected undo(): void {
    const before = this.past().at(-1);
    if (!before) return;
    this.past.update(past => past.slice(0, -1));
    this.future.update(future => [...future, this.draft()]);
    this.draft.set(before);
  }

  protected redo(): void {
    const after = this.future().at(-1);
    if (!after) return;
    this.future.update(future => future.slice(0, -1));
    this.past.update(past => [...past, this.draft()]);
    this.draft.set(after);
  }

  /** Everything that is not saved; one step back brings it again. */
  protected drop(): void {
    this.change(EMPTY);
    this.conflicts.set([]);
  }

  private change(draft: Draft): void {
    this.saved.set(false);
    this.problem.set(null);
    this.leftOut.set(0);
    if (draft === this.draft()) return;
    this.past.update(past => [...past.slice(1 - MOST_UNDO), this.draft()]);
    this.future.set([]);
    this.draft.set(draft);
  }

  // Saving

  protected async save(): Promise<void> {
    const agents = this.agents();
    if (!agents || this.changed() === 0) return;
    this.busy.set(true);
    this.problem.set(null);
    try {
      await this.api.give(changesOf(this.draft(), agents));
      this.agents.set(await this.api.agents());
      this.draft.set(EMPTY);
      this.past.set([]);
      this.future.set([]);
      this.conflicts.set([]);
      this.saved.set(true);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.slug === 'skill-levels-changed') await this.meet(agents);
      else this.problem.set(problem);
    } finally {
      this.busy.set(false);
    }
  }

  /** Somebody was faster: what they did is shown beside what is wanted here, and nothing of either is lost. */
  private async meet(before: readonly AgentSkills[]): Promise<void> {
    try {
      const now = await this.api.agents();
      const { draft, conflicts } = rebased(this.draft(), before, now);
      this.agents.set(now);
      this.draft.set(draft);
      this.past.set([]);
      this.future.set([]);
      this.conflicts.set(conflicts);
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }

  protected takeTheirs(): void {
    this.change(withoutKeys(this.draft(), [...this.conflictKeys()]));
    this.conflicts.set([]);
  }

  protected keepMine(): void {
    this.conflicts.set([]);
    void this.save();
  }


  // The list of skills; tables in and out

  protected async openList(): Promise<void> {
    const { SkillList } = await import('./skill-list');
    const closed = this.dialog.open<unknown, unknown, unknown>(SkillList, { width: '46rem', maxWidth: '92vw', disableClose: false }).afterClosed();
    closed.subscribe(() => void this.api.list().then(skills => this.all.set(skills), () => undefined));
  }

  protected async bringIn(): Promise<void> {
    const { SheetDialog } = await import('./sheet-dialog');
    const data = { skills: this.skills() };
    const closed = this.dialog.open<unknown, typeof data, { user_id: string; skill_id: string; level: number }[]>(SheetDialog, { width: '46rem', maxWidth: '92vw', data }).afterClosed();
    closed.subscribe(changes => {
      if (!changes) return;
      const known = new Map((this.agents() ?? []).map(agent => [agent.user_id, agent]));
      let draft = this.draft();
      for (const { user_id, skill_id, level } of changes) {
        const agent = known.get(user_id);
        if (agent) draft = withLevel(draft, agent, skill_id, level);
      }
      this.change(draft);
    });
  }

  protected takeOut(): void {
    const address = URL.createObjectURL(new Blob([sheetOf(this.rows(), this.skills(), this.draft())], { type: 'text/csv;charset=utf-8' }));
    const link = this.document.createElement('a');
    link.href = address;
    link.download = 'skills.csv';
    link.click();
    URL.revokeObjectURL(address);
  }
}

function clamp(value: number, length: number): number {
  return Math.max(0, Math.min(length - 1, value));
}
