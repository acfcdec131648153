import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type { Disposition } from '../contract/contract';
import type { Holiday, KeptHoliday, Queue, QueuePreview, QueueSettings, QueueSounds, QueueVersion, Replay } from '../contract/queues';
import { ifVersion, sendOnce } from '../contract/send-once';

/** Queues over REST. */
@Injectable({ providedIn: 'root' })
export class QueuesApi {
  private readonly http = inject(HttpClient);

  list(): Promise<Queue[]> {
    return firstValueFrom(this.http.get<Queue[]>('/api/queues'));
  }

  show(id: string): Promise<Queue> {
    return firstValueFrom(this.http.get<Queue>(at(id)));
  }

  create(code: string, settings: QueueSettings): Promise<Queue> {
    return sendOnce(headers => this.http.post<Queue>('/api/queues', { code, settings }, { headers }));
  }

  change({ id, version }: Queue, settings: QueueSettings): Promise<Queue> {
    return firstValueFrom(this.http.put<Queue>(at(id), settings, { headers: ifVersion(version) }));
  }

  archive({ id, version }: Queue, archived: boolean): Promise<Queue> {
    return firstValueFrom(this.http.put<Queue>(`${at(id)}/archived`, { archived }, { headers: ifVersion(version) }));
  }

  versions(id: string): Promise<QueueVersion[]> {
    return firstValueFrom(this.http.get<QueueVersion[]>(`${at(id)}/versions`));
  }

  restore({ id, version }: Queue, older: number): Promise<Queue> {
    return firstValueFrom(this.http.post<Queue>(`${at(id)}/restore`, { version: older }, { headers: ifVersion(version) }));
  }

  preview(code: string, settings: QueueSettings): Promise<QueuePreview> {
    return firstValueFrom(this.http.post<QueuePreview>('/api/queues/preview', { code, settings }));
  }

  replay(day: string, code: string, settings: QueueSettings): Promise<Replay> {
    return firstValueFrom(this.http.post<Replay>('/api/queues/replay', { day, code, settings }));
  }

  sounds(): Promise<QueueSounds> {
    return firstValueFrom(this.http.get<QueueSounds>('/api/queues/sounds'));
  }

  holidays(): Promise<KeptHoliday[]> {
    return firstValueFrom(this.http.get<KeptHoliday[]>('/api/holidays'));
  }

  addHoliday(holiday: Holiday): Promise<KeptHoliday> {
    return sendOnce(headers => this.http.post<KeptHoliday>('/api/holidays', holiday, { headers }));
  }

  removeHoliday(id: string): Promise<unknown> {
    return firstValueFrom(this.http.delete(`/api/holidays/${encodeURIComponent(id)}`));
  }

  dispositions(): Promise<Disposition[]> {
    return firstValueFrom(this.http.get<Disposition[]>('/api/dispositions'));
  }
}

function at(id: string): string {
  return `/api/queues/${encodeURIComponent(id)}`;
}
