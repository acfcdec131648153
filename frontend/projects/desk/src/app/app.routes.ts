import type { Routes } from '@angular/router';
import { needs, signedIn, toFirst } from './session/guards';
import { SETTINGS } from './settings/sections';

const TO_SETTINGS = SETTINGS.map(section => [section.right, section.path] as const);

export const routes: Routes = [
  { path: 'sign-in', title: 'title.sign_in', loadComponent: () => import('./session/sign-in').then(m => m.SignIn) },
  { path: 'unavailable', title: 'title.unavailable', loadComponent: () => import('./problems/unavailable').then(m => m.Unavailable) },
  { path: 'suspended', title: 'title.suspended', loadComponent: () => import('./problems/suspended').then(m => m.Suspended) },
  { path: 'no-rights', title: 'title.no_rights', loadComponent: () => import('./problems/no-rights').then(m => m.NoRights) },
  { path: 'invitation/:token', title: 'title.invitation', loadComponent: () => import('./invitation/invitation').then(m => m.Invitation) },
  {
    path: '',
    canActivate: [signedIn],
    loadComponent: () => import('./shell/shell').then(m => m.Shell),
    children: [
      // Who has no desk (a supervisor, an administrator, an auditor) begins with the first page that is theirs.
      { path: 'start', canActivate: [toFirst([['interactions.read', '/history'], ['team.watch', '/shift'], ...TO_SETTINGS])], children: [] },
      { path: '', pathMatch: 'full', title: 'title.desk', canActivate: [needs('desk.use', '/start')], loadComponent: () => import('./desk/desk').then(m => m.AgentDesk) },
      {
        path: 'history',
        title: 'title.history',
        canActivate: [needs('interactions.read', '/no-rights')],
        loadComponent: () => import('./history/history').then(m => m.History),
        children: [{ path: ':id', title: 'title.history', loadComponent: () => import('./history/interaction-details').then(m => m.InteractionDetails) }],
      },
      { path: 'returns', title: 'nav.returns', canActivate: [needs('returns.work', '/no-rights')], loadComponent: () => import('./returns/returns').then(m => m.Returns) },
      { path: 'shift', title: 'nav.shift', canActivate: [needs('team.watch', '/no-rights')], loadComponent: () => import('./shift/shift').then(m => m.Shift) },
      {
        path: 'settings',
        title: 'title.settings',
        loadComponent: () => import('./settings/settings').then(m => m.Settings),
        children: [
          { path: '', pathMatch: 'full', canActivate: [toFirst(TO_SETTINGS)], children: [] },
          {
            path: 'routing',
            title: 'settings.routing',
            canActivate: [needs('queues.manage', '/no-rights')],
            loadComponent: () => import('./routing/routing').then(m => m.Routing),
          },
          {
            path: 'queues',
            title: 'settings.queues',
            canActivate: [needs('queues.manage', '/no-rights')],
            loadComponent: () => import('./queues/queues').then(m => m.Queues),
            children: [
              {
                path: ':id',
                title: 'settings.queues',
                canDeactivate: [(page: { mayLeave(): Promise<boolean> }) => page.mayLeave()],
                loadComponent: () => import('./queues/queue-editor').then(m => m.QueueEditor),
              },
            ],
          },
          {
            path: 'skills',
            title: 'settings.skills',
            canActivate: [needs('skills.manage', '/no-rights')],
            canDeactivate: [(page: { mayLeave(): Promise<boolean> }) => page.mayLeave()],
            loadComponent: () => import('./skills/skills').then(m => m.Skills),
          },
          {
            path: 'breaks',
            title: 'settings.breaks',
            canActivate: [needs('breaks.manage', '/no-rights')],
            loadComponent: () => import('./breaks/break-reasons').then(m => m.BreakReasons),
          },
          {
            path: 'calling',
            title: 'settings.calling',
            canActivate: [needs('queues.manage', '/no-rights')],
            loadComponent: () => import('./calling/calling-rules').then(m => m.CallingRules),
          },
          {
            path: 'people',
            title: 'settings.people',
            canActivate: [needs('people.read', '/no-rights')],
            loadComponent: () => import('./people/people').then(m => m.People),
            children: [{ path: ':id', title: 'settings.people', loadComponent: () => import('./people/person-details').then(m => m.PersonDetails) }],
          },
          {
            path: 'roles',
            title: 'settings.roles',
            canActivate: [needs('roles.read', '/no-rights')],
            loadComponent: () => import('./roles/roles').then(m => m.Roles),
            children: [{ path: ':roleCode', title: 'settings.roles', loadComponent: () => import('./roles/role-editor').then(m => m.RoleEditor) }],
          },
          {
            path: 'audit',
            title: 'settings.audit',
            canActivate: [needs('audit.read', '/no-rights')],
            loadComponent: () => import('./audit/audit').then(m => m.Audit),
            children: [{ path: ':id', title: 'settings.audit', loadComponent: () => import('./audit/entry-details').then(m => m.EntryDetails) }],
          },
        ],
      },
      { path: 'profile', title: 'title.profile', loadComponent: () => import('./profile/profile').then(m => m.Profile) },
      { path: '**', title: 'title.not_found', loadComponent: () => import('./problems/not-found').then(m => m.NotFound) },
    ],
  },
];
