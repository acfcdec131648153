import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Grant, RightInfo, Role, RoleCreate, RoleDifference, RoleUpdate } from '../contract/rights';
import { ifVersion, sendOnce } from '../contract/send-once';

/** Roles and rights over REST. */
@Injectable({ providedIn: 'root' })
export class RolesApi {
  private readonly http = inject(HttpClient);

  rights(): Promise<RightInfo[]> {
    return firstValueFrom(this.http.get<RightInfo[]>('/api/rights'));
  }

  list(): Promise<Role[]> {
    return firstValueFrom(this.http.get<Role[]>('/api/roles'));
  }

  show(code: string): Promise<Role> {
    return firstValueFrom(this.http.get<Role>(at(code)));
  }

  create(role: RoleCreate): Promise<Role> {
    return sendOnce(headers => this.http.post<Role>('/api/roles', role, { headers }));
  }

  replace(code: string, version: number, role: RoleUpdate): Promise<Role> {
    return firstValueFrom(this.http.put<Role>(at(code), role, { headers: ifVersion(version) }));
  }

  remove(code: string, version: number): Promise<unknown> {
    return firstValueFrom(this.http.delete(at(code), { headers: ifVersion(version) }));
  }

  preview(code: string, grants: Grant[]): Promise<RoleDifference> {
    return firstValueFrom(this.http.post<RoleDifference>('/api/roles/preview', { code, grants }));
  }
}

function at(code: string): string {
  return `/api/roles/${encodeURIComponent(code)}`;
}
