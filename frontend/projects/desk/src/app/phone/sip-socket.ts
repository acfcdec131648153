/**
 * The socket under JsSIP. Ours, because JsSIP's own swallows the close event when we are the
 * ones who close, and then never reconnects; `drop()` makes it start over.
 */
export class SipSocket {
  via_transport: string;
  readonly sip_uri: string;

  onconnect: () => void = () => undefined;
  ondisconnect: (error: boolean, code?: number, reason?: string) => void = () => undefined;
  ondata: <T>(event: T) => void = () => undefined;

  private socket: WebSocket | null = null;

  constructor(readonly url: string) {
    const { protocol, host } = new URL(url);
    this.via_transport = protocol === 'wss:' ? 'WSS' : 'WS';
    this.sip_uri = `sip:${host};transport=ws`;
  }

  connect(): void {
    if (this.isConnected() || this.isConnecting()) return;
    const socket = new WebSocket(this.url, 'sip');
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    socket.onopen = () => {
      if (socket === this.socket) this.onconnect();
    };
    socket.onclose = event => {
      if (socket !== this.socket) return;
      this.socket = null;
      this.ondisconnect(!event.wasClean, event.code, event.reason);
    };
    socket.onmessage = event => {
      if (socket === this.socket) this.ondata(event.data);
    };
  }

  /** On purpose and for good: no event follows. */
  disconnect(): void {
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** This connection is of no use; JsSIP hears of it and makes the next one. */
  drop(): void {
    const socket = this.socket;
    if (!socket) return;
    this.socket = null;
    socket.close();
    this.ondisconnect(true, 1006, 'dropped');
  }

  send(message: string | ArrayBufferLike | Blob | ArrayBufferView): boolean {
    if (!this.isConnected()) return false;
    this.socket?.send(message as string);
    return true;
  }

  isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  isConnecting(): boolean {
    return this.socket?.readyState === WebSocket.CONNECTING;
  }
}
