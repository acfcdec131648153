import { ChangeDetectionStrategy, Component } from '@angular/core';

/** All icons, once a page. `svg[ovozIcon]` shows one of them. */
@Component({
  selector: 'ovoz-sprite',
  templateUrl: './sprite.html',
  styles: `.ovoz-sprite { position: absolute; width: 0; height: 0; }`,
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class Sprite {}
