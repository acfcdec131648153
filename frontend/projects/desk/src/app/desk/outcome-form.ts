import type { ElementRef} from '@angular/core';
import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, input, output, viewChild } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '@ovoz/ui';
import { Live } from '../live/live';
import { DeskView } from '../shell/desk-view';
import { ReferenceData } from './reference-data';
import { WrapUpDraft } from './wrap-up-draft';

/** How it ended, and a note. During the talk it is a draft; wrap-up finishes the same one. */
@Component({
  selector: 'ovoz-outcome-form',
  imports: [Icon, TranslocoDirective],
  template: `
    <ng-container *transloco="let t">
      <section class="part">
        <div class="part-h"><h2 class="h-part" id="outcome-label">{{ t('outcome.title') }}</h2><span class="small muted">{{ t('outcome.hint') }}</span></div>
        <div class="opts" role="radiogroup" aria-labelledby="outcome-label" [attr.aria-invalid]="missing()">
          @for (end of offered(); track end.code) {
            <button type="button" role="radio" class="opt" [attr.data-testid]="'wrapup-disposition-' + end.code" [attr.aria-checked]="draft.draft().disposition === end.code" (click)="choose($index)">
              @if ($index < 9) { <span class="kbd" aria-hidden="true">{{ $index + 1 }}</span> }<span>{{ end.name }}</span>
              @if (draft.draft().disposition === end.code) { <svg ovozIcon="check"></svg> }
            </button>
          } @empty {
            <span class="bone opt-bone"></span><span class="bone opt-bone"></span><span class="bone opt-bone"></span>
          }
        </div>
        @if (missing()) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ t('outcome.missing') }}</p> }
      </section>
      <section class="part note">
        <div class="part-h"><label class="h-part" for="note">{{ t('note.title') }}</label><span class="small muted">{{ t('note.hint') }}</span></div>
        <textarea #note id="note" class="input" data-testid="wrapup-note" maxlength="4000" [placeholder]="t('note.placeholder')" [value]="draft.draft().note" (input)="draft.change({ note: note.value })"></textarea>
        @if (noteError()) { <p class="field-error" role="alert"><svg ovozIcon="alert" class="i-s"></svg>{{ noteError() }}</p> }
      </section>
    </ng-container>
  `,
  styles: `
    :host { display: contents; }
    .part { display: grid; gap: var(--ovoz-space-2); }
    .part-h { display: flex; align-items: center; gap: var(--ovoz-space-3); min-height: 1.5rem; min-width: 0; }
    .note { flex: 1 1 auto; grid-template-rows: auto minmax(5rem, 1fr); }
    .opt-bone { width: 8rem; height: var(--ovoz-control); }
    @media (min-width: 100em) { .part { gap: var(--ovoz-space-3); } .note { flex: 0 1 15rem; } }
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class OutcomeForm {
  private readonly view = inject(DeskView);
  private readonly reference = inject(ReferenceData);
  private readonly live = inject(Live);
  /** What the queue allows of the operator's outcomes; where it says nothing, all. */
  protected readonly offered = computed(() => {
    const allowed = this.live.interaction()?.dispositions ?? [];
    return this.reference.dispositions().filter(end => allowed.length === 0 || allowed.includes(end.code));
  });
  protected readonly draft = inject(WrapUpDraft);
  private readonly note = viewChild<ElementRef<HTMLTextAreaElement>>('note');

  /** "Choose how it ended" is shown. */
  readonly missing = input(false);
  readonly noteError = input<string | null>(null);
  readonly chosen = output();

  constructor() {
    const choose = (index: number) => this.choose(index);
    this.view.choose.set(choose);
    inject(DestroyRef).onDestroy(() => {
      if (this.view.choose() === choose) this.view.choose.set(null);
    });
  }

  focusNote(): void {
    this.note()?.nativeElement.focus();
  }

  protected choose(index: number): void {
    const end = this.offered()[index];
    if (!end) return;
    this.draft.change({ disposition: end.code });
    this.chosen.emit();
  }
}
