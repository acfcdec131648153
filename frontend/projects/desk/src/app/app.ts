import { ChangeDetectionStrategy, Component } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { Sprite } from '@ovoz/ui';

@Component({
  selector: 'ovoz-root',
  imports: [RouterOutlet, Sprite],
  template: `<ovoz-sprite /><router-outlet />`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class App {}
