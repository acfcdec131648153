import { ChangeDetectionStrategy, Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatDialog } from '@angular/material/dialog';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { ServerClock } from '../clock/server-clock';
import type { KeptCallingRules } from '../contract/calling';
import type { Disposition } from '../contract/contract';
import type { Queue, QueueFault, QueuePreview, QueueSettings, QueueSounds, QueueVersion, RingRule } from '../contract/queues';
import type { AgentSkills, Skill } from '../contract/skills';
import type { Question } from '../dialogs/confirm';
import { formatWhen } from '../language/dates';
import { Language, LOCALES } from '../language/language';
import { formatPhoneNumber } from '../language/phone-number';
import { Teams } from '../people/teams';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { codeFrom } from '../roles/role-draft';
import { SessionStore } from '../session/session-store';
import { SkillsApi } from '../skills/skills-api';
import { CallingApi } from '../calling/calling-api';
import { KnownQueues } from './known-queues';
import { QueueHolidays } from './queue-holidays';
import { QueueHours } from './queue-hours';
import { QueueOverflow } from './queue-overflow';
import { QueueReplay } from './queue-replay';
import { differing, faultAt, NEW_SETTINGS, withSkill } from './queue-settings';
import { QueuesApi } from './queues-api';

const NEW = 'new';
const TYPING_MS = 300;
type Figure = 'target_s' | 'short_abandon_s' | 'max_length' | 'max_wait_s' | 'ring_timeout_s' | 'wrap_up_s' | 'priority';

/** One queue as sentences with their figures in them, what a draft would mean, and every version before. */
@Component({
  selector: 'ovoz-queue-editor',
  imports: [Icon, MatButton, QueueHolidays, QueueHours, QueueOverflow, QueueReplay, TranslocoDirective],
  templateUrl: './queue-editor.html',
  styleUrls: ['./queue-parts.css', './queue-editor.css'],
  host: { '(window:beforeunload)': 'keepPage($event)' },
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class QueueEditor {
  private readonly api = inject(QueuesApi);
  private readonly skillsApi = inject(SkillsApi);
  private readonly calling = inject(CallingApi);
  private readonly clock = inject(ServerClock);
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);
  protected readonly known = inject(KnownQueues);
  protected readonly language = inject(Language);
  protected readonly teams = inject(Teams);
  protected readonly text = inject(ProblemText);

  /** The id in the address, or `new`. */
  readonly id = input.required<string>();

  protected readonly mayManage = inject(SessionStore).may('queues.manage');
  protected readonly locales = LOCALES;
  protected readonly levels = [1, 2, 3, 4, 5];
  protected readonly bones = Array.from({ length: 7 });
  protected readonly queue = signal<Queue | null>(null);
  protected readonly before = signal<QueueSettings>(NEW_SETTINGS);
  protected readonly draft = signal<QueueSettings>(NEW_SETTINGS);
  protected readonly typedCode = signal<string | null>(null);
  protected readonly failure = signal<Problem | null>(null);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly stale = signal(false);
  protected readonly busy = signal(false);
  protected readonly saved = signal(false);
  protected readonly preview = signal<QueuePreview | null>(null);
  protected readonly versions = signal<QueueVersion[]>([]);
  protected readonly skills = signal<Skill[]>([]);
  protected readonly agents = signal<AgentSkills[]>([]);
  protected readonly dispositions = signal<Disposition[]>([]);
  private readonly numbers = signal<KeptCallingRules['numbers']>([]);
  private readonly sounds = signal<QueueSounds>({ languages: [], music: [] });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;

  protected readonly isNew = computed(() => this.id() === NEW);
  protected readonly ready = computed(() => this.isNew() || this.queue()?.id === this.id());
  protected readonly code = computed(() => this.queue()?.code ?? this.typedCode() ?? codeFrom(this.draft().name));
  protected readonly codeFits = computed(() => /^[a-z][a-z0-9_]{0,39}$/.test(this.code()));
  protected readonly changed = computed(() => differing(this.before(), this.draft()).length > 0);
  protected readonly faults = computed(() => this.preview()?.faults ?? []);
  protected readonly refused = computed(() => this.faults().some(fault => !fault.warning));
  protected readonly complete = computed(() => this.draft().name.trim() !== '' && this.codeFits());
  protected readonly others = computed(() => (this.known.all() ?? []).filter(queue => queue.code !== this.code() && !queue.archived));
  /** What is set stands among them, though it may be gone. */
  protected readonly pieces = computed(() => [...new Set([...this.sounds().music, this.draft().music])]);
  /** What can be presented; what is set stands among them, though it may not be the operator's any more. */
  protected readonly presentable = computed(() => {
    const set = this.draft().caller_number;
    const known = this.numbers().map(({ number, name }) => ({ number, said: `${formatPhoneNumber(number)} · ${name}` }));
    return set === null || known.some(({ number }) => number === set) ? known : [...known, { number: set, said: formatPhoneNumber(set) }];
  });
  protected readonly soundFaults = computed(() => [...new Set(this.faults().map(({ fault }) => fault).filter(fault => fault === 'music_unknown' || fault === 'language_not_spoken'))]);
  protected readonly reached = computed(() => (this.preview()?.rings ?? []).reduce((sum, ring) => sum + ring.agents.length, 0));

  constructor() {
    effect(() => {
      this.id();
      untracked(() => void this.read());
    });
    // What a draft means is asked once typing has paused.
    effect(() => {
      const [settings, code] = [this.draft(), this.code()];
      untracked(() => {
        clearTimeout(this.timer);
        if (this.mayManage && settings.name.trim() && this.codeFits()) this.timer = setTimeout(() => void this.look(code, settings), TYPING_MS);
      });
    });
    void this.loadNames();
  }

  protected async read(): Promise<void> {
    const id = this.id();
    this.failure.set(null);
    this.preview.set(null);
    this.typedCode.set(null);
    if (id === NEW) {
      this.queue.set(null);
      this.versions.set([]);
      this.show(NEW_SETTINGS);
      return;
    }
    try {
      const [queue, versions] = await Promise.all([this.api.show(id), this.api.versions(id)]);
      if (id !== this.id()) return;
      this.versions.set(versions);
      this.take(queue);
    } catch (error) {
      if (id === this.id()) this.failure.set(toProblem(error));
    }
  }

  // Changing

  protected change(change: Partial<QueueSettings>): void {
    this.saved.set(false);
    this.problem.set(null);
    this.draft.update(draft => ({ ...draft, ...change }));
  }

  /** What is no figure goes back to what was there. */
  protected figure(name: Figure, field: HTMLInputElement): void {
    const value = Math.round(field.valueAsNumber);
    if (Number.isNaN(value)) field.value = String(this.draft()[name]);
    else this.change({ [name]: value });
  }

  protected weigh(field: HTMLInputElement): void {
    const value = Math.round(field.valueAsNumber * 10) / 10;
    if (Number.isNaN(value)) field.value = String(this.draft().weight);
    else this.change({ weight: value });
  }

  protected ring(place: number, change: Partial<RingRule>): void {
    this.change({ rings: this.rings().map((ring, at) => (at === place ? { ...ring, ...change } : ring)) });
  }

  protected skill(place: number, code: string, level: number): void {
    this.change({ rings: this.rings().map((ring, at) => (at === place ? withSkill(ring, code, level) : ring)) });
  }

  protected rings(): RingRule[] {
    return this.draft().rings;
  }

  protected addRing(): void {
    const last = this.rings().at(-1);
    this.change({ rings: [...this.rings(), { after_s: (last?.after_s ?? 0) + 30, skills: { ...last?.skills }, teams: [...(last?.teams ?? [])], everyone: true }] });
  }

  protected dropRing(place: number): void {
    this.change({ rings: this.rings().filter((_, at) => at !== place) });
  }

  protected unasked(ring: RingRule): Skill[] {
    return this.skills().filter(skill => !(skill.code in ring.skills));
  }

  protected askedOf(ring: RingRule): { code: string; name: string; level: number }[] {
    return Object.entries(ring.skills).map(([code, level]) => ({ code, level, name: this.skillName(code) }));
  }

  protected announce(change: Partial<QueueSettings['announcements']>): void {
    this.change({ announcements: { ...this.draft().announcements, ...change } });
  }

  protected speaks(locale: 'ru' | 'tg' | 'en'): boolean {
    return this.draft().announcements.languages.includes(locale);
  }

  protected speak(locale: 'ru' | 'tg' | 'en', wanted: boolean): void {
    const rest = this.draft().announcements.languages.filter(known => known !== locale);
    const languages = wanted ? [...rest, locale] : rest;
    if (languages.length > 0) this.announce({ languages });
  }

  protected asLocale(value: string): QueueSettings['language'] {
    return LOCALES.find(locale => locale.code === value)?.code ?? null;
  }

  protected toggle(name: 'members' | 'dispositions', value: string, wanted: boolean): void {
    const rest = this.draft()[name].filter(known => known !== value);
    this.change({ [name]: wanted ? [...rest, value] : rest });
  }

  protected toggleTeam(place: number, ring: RingRule, team: string, wanted: boolean): void {
    const rest = ring.teams.filter(known => known !== team);
    this.ring(place, { teams: wanted ? [...rest, team] : rest });
  }

  // Saying

  protected skillName(code: string): string {
    const skill = this.skills().find(known => known.code === code);
    return skill ? this.language.nameOf(skill.names, code) : code;
  }

  protected faultOf(pointer: string): QueueFault | undefined {
    return faultAt(this.faults(), pointer);
  }

  protected musicName(piece: string): string {
    const key = `queues.music.${piece}`;
    return this.language.has(key) ? this.language.text(key) : piece;
  }

  protected when(moment: string | null): string {
    return moment ? formatWhen(moment, this.language.locale(), this.clock.now()) : '';
  }

  /** What a version changed, by the names of the fields. */
  protected differenceOf(place: number): string {
    const [version, older] = [this.versions()[place], this.versions()[place + 1]];
    if (!version || !older) return this.language.text('queues.first_version');
    const fields = differing(full(older.settings), full(version.settings)).map(name => this.language.text(`queues.field.${name}`));
    if (version.archived !== older.archived) fields.push(this.language.text(version.archived ? 'skills.archive' : 'skills.take_back'));
    return fields.join(', ');
  }

  protected agentsOf(ring: QueuePreview['rings'][number]): string {
    return ring.agents.slice(0, 6).map(agent => agent.name).join(', ') + (ring.agents.length > 6 ? ` +${ring.agents.length - 6}` : '');
  }

  /** Holidays hold for others too: the list says anew what is open. */
  protected hoursChanged(): void {
    void this.known.load();
  }

  // Leaving

  /** Asked before another address opens: what is not saved would be lost. */
  async mayLeave(): Promise<boolean> {
    if (!this.mayManage || !this.changed()) return true;
    const { Confirm } = await import('../dialogs/confirm');
    const data: Question = {
      title: this.language.text('skills.leave'),
      follows: [this.language.text('queues.leave_lost', { name: this.before().name || this.draft().name })],
      action: this.language.text('skills.leave_act'),
      act: () => Promise.resolve(),
    };
    const closed = this.dialog.open<unknown, Question, boolean>(Confirm, { width: '28rem', maxWidth: '92vw', data }).afterClosed();
    return new Promise(resolve => closed.subscribe(left => resolve(left === true)));
  }

  protected keepPage(event: BeforeUnloadEvent): void {
    if (this.mayManage && this.changed()) event.preventDefault();
  }

  // Keeping

  protected undo(): void {
    this.draft.set(this.before());
    this.problem.set(null);
  }

  protected async save(): Promise<void> {
    const settings = { ...this.draft(), name: this.draft().name.trim() };
    const queue = this.queue();
    await this.act(async () => {
      const kept = queue ? await this.api.change(queue, settings) : await this.api.create(this.code(), settings);
      await this.known.load();
      if (queue) await this.kept(kept);
      else {
        this.before.set(this.draft());
        await this.router.navigate(['/settings/queues', kept.id]);
      }
    });
  }

  protected archive(archived: boolean): Promise<void> {
    return this.act(async () => {
      const queue = this.queue();
      if (!queue) return;
      const kept = await this.api.archive(queue, archived);
      await this.known.load();
      await this.kept(kept);
    });
  }

  protected restore(version: number): Promise<void> {
    return this.act(async () => {
      const queue = this.queue();
      if (!queue) return;
      const kept = await this.api.restore(queue, version);
      await this.known.load();
      await this.kept(kept);
    });
  }

  private async kept(queue: Queue): Promise<void> {
    this.take(queue);
    this.saved.set(true);
    this.versions.set(await this.api.versions(queue.id));
  }

  private async act(act: () => Promise<void>): Promise<void> {
    this.busy.set(true);
    this.problem.set(null);
    try {
      await act();
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 412) this.stale.set(true);
      else this.problem.set(problem);
    } finally {
      this.busy.set(false);
    }
  }

  /** Only the answer to the latest question counts. */
  private async look(code: string, settings: QueueSettings): Promise<void> {
    const run = ++this.asked;
    try {
      const preview = await this.api.preview(code, settings);
      if (run === this.asked) this.preview.set(preview);
    } catch (error) {
      if (run === this.asked) this.problem.set(toProblem(error));
    }
  }

  private async loadNames(): Promise<void> {
    const take = <T>(found: Promise<T>, into: { set(value: T): void }) => found.then(value => into.set(value));
    await Promise.allSettled([take(this.skillsApi.list().then(all => all.filter(skill => !skill.archived)), this.skills), take(this.skillsApi.agents(), this.agents), take(this.api.dispositions(), this.dispositions), take(this.api.sounds(), this.sounds), take(this.calling.show().then(kept => kept.numbers), this.numbers), this.teams.load()]);
  }

  private take(queue: Queue): void {
    this.queue.set(queue);
    this.show(full(queue.settings));
  }

  private show(settings: QueueSettings): void {
    this.before.set(settings);
    this.draft.set(settings);
    this.stale.set(false);
    this.saved.set(false);
    this.problem.set(null);
  }
}

function full(settings: Queue['settings']): QueueSettings {
  return { ...NEW_SETTINGS, ...settings };
}
