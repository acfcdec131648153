import { signal } from '@angular/core';
import { reconnectDelayMs } from './reconnect';

/** A number comes every 5 s; after this long without a word the socket is dead. */
const SILENCE_MS = 13_000;
const SESSION_GONE = 4401;
const NOT_ALLOWED = 4403;

export type SocketState = 'connecting' | 'open' | 'lost' | 'refused';

/** One of the platform's sockets: it connects again by itself, until it is stopped or refused. It never asks for anything. */
export class LiveSocket<Message> {
  private readonly current = signal<SocketState>('connecting');
  private socket: WebSocket | null = null;
  private attempt = 0;
  private stopped = false;
  private reconnectTimer: ReturnType<typeof setTimeout> | undefined;
  private silenceTimer: ReturnType<typeof setTimeout> | undefined;

  readonly state = this.current.asReadonly();

  constructor(
    private readonly path: string,
    private readonly receive: (message: Message) => void,
    private readonly sessionGone: () => void,
  ) {
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.reconnectTimer);
    clearTimeout(this.silenceTimer);
    this.socket?.close(1000);
  }

  connect(): void {
    clearTimeout(this.reconnectTimer);
    this.socket?.close();
    const socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}${this.path}`);
    this.socket = socket;
    socket.onmessage = event => {
      if (socket !== this.socket || typeof event.data !== 'string') return;
      this.attempt = 0;
      this.current.set('open');
      clearTimeout(this.silenceTimer);
      this.silenceTimer = setTimeout(() => socket.close(4000), SILENCE_MS);
      this.receive(JSON.parse(event.data) as Message);
    };
    socket.onclose = event => {
      if (socket === this.socket) this.lose(event.code);
    };
  }

  private lose(code: number): void {
    clearTimeout(this.silenceTimer);
    this.socket = null;
    if (this.stopped) return;
    if (code === SESSION_GONE) this.sessionGone();
    this.current.set(code === NOT_ALLOWED ? 'refused' : 'lost');
    if (code !== NOT_ALLOWED) this.reconnectTimer = setTimeout(() => this.connect(), reconnectDelayMs(this.attempt++, Math.random()));
  }
}
