import { HttpClient } from '@angular/common/http';
import { inject, Injectable } from '@angular/core';
import { firstValueFrom } from 'rxjs';
import type {
  AgentDay, BreakReason, CallTo, ChosenState, ConsultTo, Desk, Disposition, Interaction, InteractionSummary, OtherSession, Page, PhoneAccount, Preferences, Session, Site, Targets, TransferTo,
} from './contract';
import { queryOf, sendOnce } from './send-once';

export interface InteractionFilter {
  cursor?: string | null;
  limit?: number;
  number?: string;
  /** Of a masked number, in its place. */
  number_token?: string;
  mine?: boolean;
}

/** Orders about the present call that say nothing more. */
export type CallOrder = 'hang-up' | 'hold' | 'resume' | 'reject' | 'swap' | 'join' | 'complete' | 'return' | 'recording/pause' | 'recording/resume';

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

  changePassword(current: string, next: string): Promise<unknown> {
    return firstValueFrom(this.http.post('/api/session/password', { current, new: next }));
  }

  otherSessions(): Promise<OtherSession[]> {
    return firstValueFrom(this.http.get<OtherSession[]>('/api/session/others'));
  }

  endSession(id: string): Promise<unknown> {
    return firstValueFrom(this.http.delete(`/api/session/others/${encodeURIComponent(id)}`));
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

  ownDay(): Promise<AgentDay> {
    return firstValueFrom(this.http.get<AgentDay>('/api/desk/day'));
  }

  setState(state: ChosenState, reason?: string): Promise<Desk> {
    return sendOnce(headers => this.http.put<Desk>('/api/desk/state', reason ? { state, reason } : { state }, { headers }));
  }

  targets(): Promise<Targets> {
    return firstValueFrom(this.http.get<Targets>('/api/desk/targets'));
  }

  transfer(id: string, to: TransferTo): Promise<Desk> {
    return sendOnce(headers => this.http.post<Desk>(`/api/desk/interactions/${encodeURIComponent(id)}/transfer`, to, { headers }));
  }

  call(to: CallTo): Promise<Desk> {
    return sendOnce(headers => this.http.post<Desk>('/api/desk/calls', to, { headers }));
  }

  consult(id: string, to: ConsultTo): Promise<Desk> {
    return sendOnce(headers => this.http.post<Desk>(`/api/desk/interactions/${encodeURIComponent(id)}/consult`, to, { headers }));
  }

  removeParty(id: string, party: string): Promise<Desk> {
    return sendOnce(headers => this.http.delete<Desk>(`/api/desk/interactions/${encodeURIComponent(id)}/parties/${encodeURIComponent(party)}`, { headers }));
  }

  withdrawBreakRequest(): Promise<Desk> {
    return sendOnce(headers => this.http.delete<Desk>('/api/desk/break-request', { headers }));
  }

  takePhone(): Promise<PhoneAccount> {
    return sendOnce(headers => this.http.post<PhoneAccount>('/api/desk/phone', {}, { headers }));
  }

  interactionCommand(id: string, command: CallOrder): Promise<Desk> {
    return sendOnce(headers => this.http.post<Desk>(`/api/desk/interactions/${encodeURIComponent(id)}/${command}`, {}, { headers }));
  }

  wrapUp(id: string, body: WrapUp): Promise<Desk> {
    return sendOnce(headers => this.http.post<Desk>(`/api/desk/interactions/${encodeURIComponent(id)}/wrap-up`, body, { headers }));
  }

  interactions(filter: InteractionFilter): Promise<Page<InteractionSummary>> {
    return firstValueFrom(this.http.get<Page<InteractionSummary>>('/api/interactions', { params: queryOf(filter) }));
  }

  interaction(id: string): Promise<Interaction> {
    return firstValueFrom(this.http.get<Interaction>(`/api/interactions/${encodeURIComponent(id)}`));
  }
}
