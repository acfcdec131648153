import { HttpClient, HttpParams } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom, type Observable, retry, throwError, timer } from 'rxjs';
import { Problem } from '../problems/problem';
import type {
  BreakReason, ChosenState, Desk, Disposition, Interaction, InteractionSummary, Page, PhoneAccount, Preferences, Session, Site,
} from './contract';

export interface InteractionFilter {
  cursor?: string | null;
  limit?: number;
  number?: string;
  /** In the place of a masked number. */
  numberToken?: string;
  mine?: boolean;
}

export interface WrapUp {
  disposition: string;
  note: string;
  next: ChosenState;
  reason?: string;
}

/** The platform's REST surface. */
@Injectable({ providedIn: 'root' })
export class OvozApi {
  private readonly http = inject(HttpClient);

  site(): Promise<Site> {
    return firstValueFrom(this.http.get<Site>('/api/site'));
  }

  session(): Promise<Session> {
    return firstValueFrom(this.http.get<Session>('/api/session'));
  }

  signIn(email: string, password: string): Promise<Session> {
    return firstValueFrom(this.http.post<Session>('/api/sessions', { email, password }));
  }

  signOut(): Promise<unknown> {
    return firstValueFrom(this.http.delete('/api/session'));
  }

  savePreferences(change: Partial<Preferences>): Promise<Preferences> {
    return firstValueFrom(this.http.patch<Preferences>('/api/session/preferences', change));
  }

  breakReasons(): Promise<BreakReason[]> {
    return firstValueFrom(this.http.get<BreakReason[]>('/api/break-reasons'));
  }

  dispositions(): Promise<Disposition[]> {
    return firstValueFrom(this.http.get<Disposition[]>('/api/dispositions'));
  }

  desk(): Promise<Desk> {
    return firstValueFrom(this.http.get<Desk>('/api/desk'));
  }

  setState(state: ChosenState, reason?: string): Promise<Desk> {
    return this.command(headers => this.http.put<Desk>('/api/desk/state', reason ? { state, reason } : { state }, { headers }));
  }

  takePhone(): Promise<PhoneAccount> {
    return this.command(headers => this.http.post<PhoneAccount>('/api/desk/phone', {}, { headers }));
  }

  interactionCommand(id: string, command: 'hang-up' | 'hold' | 'resume' | 'reject'): Promise<Desk> {
    return this.command(headers => this.http.post<Desk>(`/api/desk/interactions/${encodeURIComponent(id)}/${command}`, {}, { headers }));
  }

  wrapUp(id: string, body: WrapUp): Promise<Desk> {
    return this.command(headers => this.http.post<Desk>(`/api/desk/interactions/${encodeURIComponent(id)}/wrap-up`, body, { headers }));
  }

  interactions(filter: InteractionFilter): Promise<Page<InteractionSummary>> {
    let params = new HttpParams();
    if (filter.cursor) params = params.set('cursor', filter.cursor);
    if (filter.limit) params = params.set('limit', filter.limit);
    if (filter.number) params = params.set('number', filter.number);
    if (filter.numberToken) params = params.set('number_token', filter.numberToken);
    if (filter.mine !== undefined) params = params.set('mine', filter.mine);
    return firstValueFrom(this.http.get<Page<InteractionSummary>>('/api/interactions', { params }));
  }

  interaction(id: string): Promise<Interaction> {
    return firstValueFrom(this.http.get<Interaction>(`/api/interactions/${encodeURIComponent(id)}`));
  }

  /** A command has one key; it is sent once more under the same key when no answer came. */
  private command<T>(send: (headers: Record<string, string>) => Observable<T>): Promise<T> {
    const headers = { 'Idempotency-Key': crypto.randomUUID() };
    return firstValueFrom(
      send(headers).pipe(
        retry({
          count: 1,
          delay: (error: unknown) => (error instanceof Problem && error.status === 0 ? timer(400) : throwError(() => error)),
        }),
      ),
    );
  }
}
