import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import { ServerClock } from '../clock/server-clock';
import type { Desk, LiveMessage } from '../contract/contract';
import { OvozApi } from '../contract/ovoz-api';
import { Problem } from '../problems/problem';
import { initialDeskState, reduceDesk, takeDesk } from './desk-state';
import { reconnectDelayMs } from './reconnect';

/** The number comes every 5 s; after this long without a word the socket is dead. */
const SILENCE_MS = 13_000;

export type LiveConnection = 'off' | 'connecting' | 'open' | 'lost';

/** The agent's live view over `/api/live`. It reconnects by itself and never polls. */
@Injectable({ providedIn: 'root' })
export class Live {
  private readonly api = inject(OvozApi);
  private readonly clock = inject(ServerClock);
  private readonly state = signal(initialDeskState);
  private readonly connectionState = signal<LiveConnection>('off');
  private readonly lostAt = signal<number | null>(null);
  private readonly ended = signal(0);

  private socket: WebSocket | null = null;
  private attempt = 0;
  private reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;
  private snapshotTimer: ReturnType<typeof setTimeout> | undefined;
  private wanted = false;
  private opened = false;

  readonly desk = computed(() => this.state().desk);
  readonly agent = computed(() => this.state().desk?.agent ?? null);
  readonly interaction = computed(() => this.state().desk?.interaction ?? null);
  readonly queues = computed(() => this.state().desk?.queues ?? []);
  readonly switchboardAvailable = computed(() => this.state().switchboardAvailable);
  readonly latestPhoneId = computed(() => this.state().latestPhoneId);
  readonly connection = this.connectionState.asReadonly();
  /** Since when (page clock, ms) nothing is live; null while it is. */
  readonly lostSince = this.lostAt.asReadonly();
  /** Counts the close codes 4401: the session is gone. */
  readonly sessionEnded = this.ended.asReadonly();

  constructor() {
    const reconnectNow = () => {
      if (this.wanted && this.connectionState() === 'lost') this.connect();
    };
    addEventListener('online', reconnectNow);
    inject(DestroyRef).onDestroy(() => {
      removeEventListener('online', reconnectNow);
      this.stop();
    });
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.attempt = 0;
    this.connect();
  }

  stop(): void {
    this.wanted = false;
    clearTimeout(this.reconnectTimer);
    clearTimeout(this.silenceTimer);
    clearTimeout(this.snapshotTimer);
    this.socket?.close(1000);
    this.socket = null;
    this.state.set(initialDeskState);
    this.connectionState.set('off');
    this.lostAt.set(null);
  }

  /** The answer to a command is a view as good as any other. */
  take(desk: Desk): void {
    this.clock.learn(desk.at);
    this.state.update(state => takeDesk(state, desk));
  }

  /** This page asks for a new phone: what was told of earlier ones is over. */
  forgetPhones(): void {
    this.state.update(state => ({ ...state, latestPhoneId: null }));
  }

  /** Asks for the view as it is now: what this person may see of it has changed. */
  async refresh(): Promise<void> {
    this.take(await this.api.desk());
  }

  reconnect(): void {
    if (this.wanted) this.connect();
  }

  private connect(): void {
    clearTimeout(this.reconnectTimer);
    this.socket?.close();
    if (this.connectionState() !== 'lost') this.connectionState.set('connecting');
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/live`);
    this.socket = socket;
    this.opened = false;
    socket.onopen = () => {
      this.opened = true;
      this.heard();
    };
    socket.onmessage = event => {
      if (socket !== this.socket || typeof event.data !== 'string') return;
      this.heard();
      this.receive(JSON.parse(event.data) as LiveMessage);
    };
    socket.onclose = event => {
      if (socket === this.socket) this.lose(event.code);
    };
  }

  private heard(): void {
    this.attempt = 0;
    this.connectionState.set('open');
    this.lostAt.set(null);
    clearTimeout(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.socket?.close(4000), SILENCE_MS);
  }

  private lose(code: number): void {
    clearTimeout(this.silenceTimer);
    this.socket = null;
    if (!this.wanted) return;
    this.connectionState.set('lost');
    if (this.lostAt() === null) this.lostAt.set(Date.now());
    if (code === 4401) {
      this.ended.update(count => count + 1);
      return;
    }
    // A refused handshake hides its reason: ask for the same over HTTP.
    if (!this.opened && this.attempt > 0) void this.findOutWhy();
    const delay = reconnectDelayMs(this.attempt++, Math.random());
    this.reconnectTimer = setTimeout(() => this.connect(), delay);
  }

  private async findOutWhy(): Promise<void> {
    try {
      this.take(await this.api.desk());
    } catch (error) {
      if (error instanceof Problem && error.status === 401) this.ended.update(count => count + 1);
    }
  }

  private receive(message: LiveMessage): void {
    if (message.type === 'desk') this.clock.learn(message.data.at);
    this.state.update(state => reduceDesk(state, message));
    if (this.state().behind) this.fetchSoon();
  }

  private fetchSoon(): void {
    if (this.snapshotTimer !== undefined) return;
    this.snapshotTimer = setTimeout(() => void this.fetch(), Math.random() * 1000);
  }

  private async fetch(): Promise<void> {
    try {
      this.take(await this.api.desk());
    } catch {
      // the next number asks again
    } finally {
      this.snapshotTimer = undefined;
    }
  }
}
