import { APP_BASE_HREF } from '@angular/common';
import { provideHttpClient, withInterceptors, withXsrfConfiguration } from '@angular/common/http';
import { type ApplicationConfig, inject, isDevMode, provideAppInitializer, provideBrowserGlobalErrorListeners, provideZonelessChangeDetection } from '@angular/core';
import { provideRouter, TitleStrategy, withComponentInputBinding } from '@angular/router';
import { provideTransloco } from '@jsverse/transloco';
import { provideAdoptedStyles } from '@ovoz/ui';
import { routes } from './app.routes';
import { Language, TextLoader } from './language/language';
import { problemInterceptor } from './problems/problem-interceptor';
import { PageTitle } from './shell/page-title';

/** Over TLS the server's cookies carry the prefix that binds them to this host. */
const csrfCookie = location.protocol === 'https:' ? '__Host-ovoz_csrf' : 'ovoz_csrf';

export const appConfig: ApplicationConfig = {
  providers: [
    provideZonelessChangeDetection(),
    provideBrowserGlobalErrorListeners(),
    provideAdoptedStyles(),
    // In the place of a <base>: the policy allows none, so that nobody can plant one.
    { provide: APP_BASE_HREF, useValue: '/' },
    provideRouter(routes, withComponentInputBinding()),
    { provide: TitleStrategy, useExisting: PageTitle },
    provideHttpClient(
      withXsrfConfiguration({ cookieName: csrfCookie, headerName: 'X-CSRF-Token' }),
      withInterceptors([problemInterceptor]),
    ),
    provideTransloco({
      config: {
        availableLangs: ['ru', 'tg', 'en'],
        defaultLang: 'ru',
        fallbackLang: 'ru',
        reRenderOnLangChange: true,
        prodMode: !isDevMode(),
        missingHandler: { useFallbackTranslation: false },
      },
      loader: TextLoader,
    }),
    provideAppInitializer(() => inject(Language).start()),
  ],
};
