import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MAT_DIALOG_DATA, MatDialogClose, MatDialogTitle } from '@angular/material/dialog';
import { TranslocoDirective } from '@jsverse/transloco';
import type { Invited } from '../contract/people';
import { InvitationLink } from './invitation-link';

/** Another link for somebody who is there already. */
@Component({
  selector: 'ovoz-link-dialog',
  imports: [InvitationLink, MatButton, MatDialogClose, MatDialogTitle, TranslocoDirective],
  template: `
    <div class="dialog" *transloco="let t">
      <header class="dialog-head"><h2 mat-dialog-title class="grow">{{ t('invite.link_title') }}</h2></header>
      <div class="dialog-body"><ovoz-invitation-link [invited]="invited" /></div>
      <footer class="dialog-foot"><button matButton="outlined" type="button" mat-dialog-close>{{ t('action.done') }}</button></footer>
    </div>
  `,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class LinkDialog {
  protected readonly invited = inject<Invited>(MAT_DIALOG_DATA);
}
