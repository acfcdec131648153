import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { CallingRules, KeptCallingRules } from '../contract/calling';
import { ifVersion } from '../contract/send-once';

const PATH = '/api/calling-rules';

/** The rules for calls over REST. */
@Injectable({ providedIn: 'root' })
export class CallingApi {
  private readonly http = inject(HttpClient);

  show(): Promise<KeptCallingRules> {
    return firstValueFrom(this.http.get<KeptCallingRules>(PATH));
  }

  change(version: number, rules: CallingRules): Promise<KeptCallingRules> {
    return firstValueFrom(this.http.put<KeptCallingRules>(PATH, rules, { headers: ifVersion(version) }));
  }
}
