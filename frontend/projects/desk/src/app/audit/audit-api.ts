import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { AuditEntry, AuditEntryDetail, AuditFilter } from '../contract/audit';
import type { Page } from '../contract/contract';
import { queryOf } from '../contract/send-once';

/** The audit over REST. */
@Injectable({ providedIn: 'root' })
export class AuditApi {
  private readonly http = inject(HttpClient);

  list(filter: AuditFilter & { cursor: string | null; limit: number }): Promise<Page<AuditEntry>> {
    return firstValueFrom(this.http.get<Page<AuditEntry>>('/api/audit', { params: queryOf(filter) }));
  }

  show(id: string): Promise<AuditEntryDetail> {
    return firstValueFrom(this.http.get<AuditEntryDetail>(`/api/audit/${encodeURIComponent(id)}`));
  }

  /** Where the browser fetches the file: one entry a line. */
  exportAddress(filter: AuditFilter): string {
    const query = new URLSearchParams(queryOf(filter)).toString();
    return `/api/audit/export${query ? `?${query}` : ''}`;
  }
}
