import { MediaMatcher } from '@angular/cdk/layout';
import { DOCUMENT, inject, Injectable, type Provider } from '@angular/core';
// The renderer looks its style host up under this token; there is no public name for it yet.
import { ɵSHARED_STYLES_HOST as SHARED_STYLES_HOST } from '@angular/core';

/**
 * Component styles as constructed style sheets. Angular writes `<style>` elements, which a
 * `style-src 'self'` policy blocks unless each page carries a nonce; a constructed sheet is
 * the script's own object and needs none. Sheets are kept: parsing once is cheaper.
 */
@Injectable()
export class AdoptedStyles {
  private readonly document = inject(DOCUMENT);
  private readonly sheets = new Map<string, CSSStyleSheet>();

  addStyles(styles: string[]): void {
    for (const text of styles) {
      if (this.sheets.has(text)) continue;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      this.sheets.set(text, sheet);
      this.document.adoptedStyleSheets.push(sheet);
    }
  }

  removeStyles(): void {
    // kept on purpose
  }

  addHost(): void {
    // no shadow roots in Ovoz
  }

  removeHost(): void {
    // no shadow roots in Ovoz
  }
}

export function provideAdoptedStyles(): Provider {
  return [
    { provide: SHARED_STYLES_HOST, useClass: AdoptedStyles },
    // The CDK's own writes an empty `<style>` for a defect of long-gone browsers.
    { provide: MediaMatcher, useValue: { matchMedia: (query: string) => matchMedia(query) } },
  ];
}
