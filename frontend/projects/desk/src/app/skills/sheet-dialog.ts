import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogClose, MatDialogRef, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import type { LevelChange, SheetReport, Skill } from '../contract/skills';
import { type Problem, toProblem } from '../problems/problem';
import { ProblemText } from '../problems/problem-text';
import { SkillsApi } from './skills-api';

interface Given {
  skills: readonly Skill[];
}

const SHOWN = 200;

/** A table is looked through line by line; what can be taken goes into the matrix as changes that are not saved yet. */
@Component({
  selector: 'ovoz-sheet-dialog',
  imports: [Icon, MatButton, MatDialogClose, MatDialogTitle, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t" data-testid="sheet">
      <header class="dialog-head"><h2 mat-dialog-title class="grow">{{ t('sheet.title') }}</h2></header>
      <div class="dialog-body">
        <p class="soft">{{ t('sheet.form') }}</p>
        <p class="codes small"><code>id;{{ codes() }}</code></p>
        <label class="file"><span class="label">{{ t('sheet.file') }}</span><input #file type="file" accept=".csv,.tsv,.txt,text/csv" [disabled]="busy()" (change)="take(file.files)" data-testid="sheet-file"></label>
        @if (problem(); as problem) { <p class="notice notice-danger" role="alert" data-testid="sheet-problem"><svg ovozIcon="alert"></svg><span>{{ text.of(problem) }}</span></p> }
        @if (report(); as report) {
          <section role="status" data-testid="sheet-report">
            <p class="strong" data-testid="sheet-sum">{{ t('sheet.sum', { lines: report.lines, changes: report.changes.length, people: people(), same: report.same }) }}</p>
            @if (report.unknown_columns.length) { <p class="small soft">{{ t('sheet.unknown_columns', { names: report.unknown_columns.join(', ') }) }}</p> }
            @if (report.faults.length) {
              <p class="notice notice-warn"><svg ovozIcon="alert"></svg><span>{{ t('sheet.faults', { n: report.faults.length }) }}</span></p>
              <table class="table table-bare"><thead><tr><th scope="col" class="num">{{ t('sheet.line') }}</th><th scope="col">{{ t('sheet.wrong') }}</th><th scope="col">{{ t('sheet.right') }}</th></tr></thead>
                <tbody>@for (fault of shown(); track fault.line) { <tr data-testid="sheet-fault" [attr.data-fault]="fault.fault"><td class="num">{{ fault.line }}</td><td>{{ t('sheet.fault.' + fault.fault, { column: fault.column ?? '', found: fault.found ?? '' }) }}</td><td class="soft">{{ t('sheet.fix.' + fault.fault) }}</td></tr> }</tbody></table>
              @if (report.faults.length > shown().length) { <p class="small muted">{{ t('sheet.more', { n: report.faults.length - shown().length }) }}</p> }
            }
          </section>
        }
      </div>
      <footer class="dialog-foot">
        <button matButton="outlined" type="button" mat-dialog-close>{{ t('action.cancel') }}</button>
        <button matButton="filled" type="button" [disabled]="busy() || !report()?.changes?.length" (click)="accept()" data-testid="sheet-accept">{{ t(report()?.faults?.length ? 'sheet.accept_valid' : 'sheet.accept', { n: report()?.changes?.length ?? 0 }) }}</button>
      </footer>
    </div>
  `,
  styles: `
    .dialog-body { display: grid; gap: var(--ovoz-space-3); align-content: start; }
    .codes { padding: var(--ovoz-space-2); border-radius: var(--mat-sys-corner-small); background: var(--ovoz-panel-sunken); overflow-wrap: anywhere; }
    .file { display: grid; gap: var(--ovoz-space-1); }
    section { display: grid; gap: var(--ovoz-space-2); }
    td { padding-block: var(--ovoz-space-1); overflow-wrap: anywhere; }
    .notice { padding-inline-end: var(--ovoz-space-3); }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class SheetDialog {
  private readonly api = inject(SkillsApi);
  private readonly given = inject<Given>(MAT_DIALOG_DATA);
  private readonly dialog = inject<MatDialogRef<SheetDialog, LevelChange[]>>(MatDialogRef);
  protected readonly text = inject(ProblemText);

  protected readonly busy = signal(false);
  protected readonly problem = signal<Problem | null>(null);
  protected readonly report = signal<SheetReport | null>(null);
  protected readonly codes = computed(() => this.given.skills.map(skill => skill.code).join(';'));
  protected readonly shown = computed(() => this.report()?.faults.slice(0, SHOWN) ?? []);
  protected readonly people = computed(() => new Set(this.report()?.changes.map(change => change.user_id)).size);

  protected async take(files: FileList | null): Promise<void> {
    const file = files?.[0];
    if (!file) return;
    this.busy.set(true);
    this.problem.set(null);
    this.report.set(null);
    try {
      this.report.set(await this.api.readSheet((await file.text()).replaceAll('\0', '')));
    } catch (error) {
      this.problem.set(toProblem(error));
    } finally {
      this.busy.set(false);
    }
  }

  protected accept(): void {
    this.dialog.close(this.report()?.changes ?? []);
  }
}
