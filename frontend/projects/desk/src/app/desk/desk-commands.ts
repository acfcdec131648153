import { computed, inject, Injectable, signal } from '@angular/core';
import type { CallTo, ChosenState, ConsultTo, Desk, TransferTo } from '../contract/contract';
import { type CallOrder, OvozApi, type WrapUp } from '../contract/ovoz-api';
import { Live } from '../live/live';
import { type Problem, toProblem } from '../problems/problem';
import { Phone } from '../phone/phone';

export type CommandName = CallOrder | 'state' | 'break-request' | 'transfer' | 'call' | 'consult' | 'remove' | 'wrap-up';

/** What an agent tells the platform to do. What came of it, the live view shows. */
@Injectable({ providedIn: 'root' })
export class DeskCommands {
  private readonly api = inject(OvozApi);
  private readonly live = inject(Live);
  private readonly phone = inject(Phone);
  private readonly running = signal<CommandName | null>(null);
  private readonly failure = signal<{ command: CommandName; problem: Problem; again: () => Promise<boolean> } | null>(null);

  readonly pending = this.running.asReadonly();
  readonly failed = this.failure.asReadonly();

  readonly canHangUp = computed(() => {
    const state = this.live.interaction()?.state;
    return state === 'calling' || state === 'talking' || state === 'held';
  });

  /** Whether a call could be made now: ready, with a phone, and without another call. */
  readonly canCall = computed(() => {
    const desk = this.live.desk();
    return desk !== null && desk.agent.state === 'ready' && desk.phone.registered && desk.phone.available && desk.interaction === null;
  });

  setState(state: ChosenState, reason?: string): Promise<boolean> {
    return this.run('state', () => this.api.setState(state, reason));
  }

  withdrawBreakRequest(): Promise<boolean> {
    return this.run('break-request', () => this.api.withdrawBreakRequest());
  }

  answer(): void {
    const interaction = this.live.interaction();
    if (interaction?.state === 'ringing') this.phone.answer(interaction.id);
  }

  hangUp(): Promise<boolean> {
    return this.onInteraction('hang-up');
  }

  reject(): Promise<boolean> {
    return this.onInteraction('reject');
  }

  toggleHold(): Promise<boolean> {
    return this.onInteraction(this.live.interaction()?.state === 'held' ? 'resume' : 'hold');
  }

  /** The caller goes on to somebody else; the work after the call stays here. */
  transfer(to: TransferTo): Promise<boolean> {
    const id = this.live.interaction()?.id;
    return id ? this.run('transfer', () => this.api.transfer(id, to)) : Promise.resolve(false);
  }

  /** This page's phone rings first and answers by itself. */
  call(to: CallTo): Promise<boolean> {
    return this.run('call', () => this.api.call(to));
  }

  /** Somebody is called aside; the caller hears music. */
  consult(to: ConsultTo): Promise<boolean> {
    const id = this.live.interaction()?.id;
    return id ? this.run('consult', () => this.api.consult(id, to)) : Promise.resolve(false);
  }

  removeParty(party: string): Promise<boolean> {
    const id = this.live.interaction()?.id;
    return id ? this.run('remove', () => this.api.removeParty(id, party)) : Promise.resolve(false);
  }

  order(command: CallOrder): Promise<boolean> {
    return this.onInteraction(command);
  }

  finishWrapUp(id: string, body: WrapUp): Promise<boolean> {
    return this.run('wrap-up', () => this.api.wrapUp(id, body));
  }

  dismissFailure(): void {
    this.failure.set(null);
  }

  private onInteraction(command: CallOrder): Promise<boolean> {
    const id = this.live.interaction()?.id;
    if (!id) return Promise.resolve(false);
    return this.run(command, () => this.api.interactionCommand(id, command));
  }

  private async run(command: CommandName, send: () => Promise<Desk>): Promise<boolean> {
    this.running.set(command);
    this.failure.set(null);
    try {
      this.live.take(await send());
      return true;
    } catch (error) {
      const problem = toProblem(error);
      this.failure.set({ command, problem, again: () => this.run(command, send) });
      // Who is on the break, and comes back first, stands in the view.
      if (problem.slug === 'break-full') void this.live.refresh().catch(() => undefined);
      return false;
    } finally {
      this.running.set(null);
    }
  }
}
