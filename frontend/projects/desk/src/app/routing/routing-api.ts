import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { KeptRoutingRules, RoutingPreview, RoutingReplay, RoutingRules, RoutingRulesVersion, TryCaller } from '../contract/routing';
import { ifVersion } from '../contract/send-once';

const AT = '/api/routing-rules';

/** Routing rules over REST. */
@Injectable({ providedIn: 'root' })
export class RoutingApi {
  private readonly http = inject(HttpClient);

  show(): Promise<KeptRoutingRules> {
    return firstValueFrom(this.http.get<KeptRoutingRules>(AT));
  }

  change(version: number, settings: RoutingRules): Promise<KeptRoutingRules> {
    return firstValueFrom(this.http.put<KeptRoutingRules>(AT, settings, { headers: ifVersion(version) }));
  }

  versions(): Promise<RoutingRulesVersion[]> {
    return firstValueFrom(this.http.get<RoutingRulesVersion[]>(`${AT}/versions`));
  }

  restore(version: number, older: number): Promise<KeptRoutingRules> {
    return firstValueFrom(this.http.post<KeptRoutingRules>(`${AT}/restore`, { version: older }, { headers: ifVersion(version) }));
  }

  preview(settings: RoutingRules, caller: TryCaller | null = null): Promise<RoutingPreview> {
    return firstValueFrom(this.http.post<RoutingPreview>(`${AT}/preview`, { settings, caller }));
  }

  replay(day: string, settings: RoutingRules): Promise<RoutingReplay> {
    return firstValueFrom(this.http.post<RoutingReplay>(`${AT}/replay`, { day, settings }));
  }
}
