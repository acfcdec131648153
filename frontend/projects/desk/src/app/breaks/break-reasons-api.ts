import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { BreakReasonSettings } from '../contract/contract';
import { ifVersion, sendOnce } from '../contract/send-once';

export type BreakReasonRules = Omit<BreakReasonSettings, 'code' | 'version' | 'archived'>;

const PATH = '/api/settings/break-reasons';

/** Reasons for a break over REST, as administrators keep them. */
@Injectable({ providedIn: 'root' })
export class BreakReasonsApi {
  private readonly http = inject(HttpClient);

  list(): Promise<BreakReasonSettings[]> {
    return firstValueFrom(this.http.get<BreakReasonSettings[]>(PATH));
  }

  create(code: string, rules: BreakReasonRules): Promise<BreakReasonSettings> {
    return sendOnce(headers => this.http.post<BreakReasonSettings>(PATH, { code, ...rules }, { headers }));
  }

  replace({ code, version }: BreakReasonSettings, rules: BreakReasonRules, archived: boolean): Promise<BreakReasonSettings> {
    return firstValueFrom(this.http.put<BreakReasonSettings>(`${PATH}/${encodeURIComponent(code)}`, { ...rules, archived }, { headers: ifVersion(version) }));
  }

  order(codes: string[]): Promise<BreakReasonSettings[]> {
    return firstValueFrom(this.http.put<BreakReasonSettings[]>(PATH, { codes }));
  }
}
