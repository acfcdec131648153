import type { Routes } from '@angular/router';
import { needs, signedIn } from './session/guards';

export const routes: Routes = [
  { path: 'sign-in', title: 'title.sign_in', loadComponent: () => import('./session/sign-in').then(m => m.SignIn) },
  { path: 'unavailable', title: 'title.unavailable', loadComponent: () => import('./problems/unavailable').then(m => m.Unavailable) },
  { path: 'no-rights', title: 'title.no_rights', loadComponent: () => import('./problems/no-rights').then(m => m.NoRights) },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: () => import('./shell/shell').then(m => m.Shell),
    children: [
      // Who has no desk (a supervisor, an administrator) begins with the history.
      { path: '', pathMatch: 'full', title: 'title.desk', canActivate: [needs('desk.use', '/history')], loadComponent: () => import('./desk/desk').then(m => m.AgentDesk) },
      {
        path: 'history',
        title: 'title.history',
        canActivate: [needs('interactions.read', '/no-rights')],
        loadComponent: () => import('./history/history').then(m => m.History),
        children: [{ path: ':id', title: 'title.history', loadComponent: () => import('./history/interaction-details').then(m => m.InteractionDetails) }],
      },
      { path: 'profile', title: 'title.profile', loadComponent: () => import('./profile/profile').then(m => m.Profile) },
      { path: '**', title: 'title.not_found', loadComponent: () => import('./problems/not-found').then(m => m.NotFound) },
    ],
  },
];
