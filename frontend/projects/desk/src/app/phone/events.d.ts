/** What JsSIP's types need of Node's `events`; the package itself brings none. */
declare module 'events' {
  export class EventEmitter {
    on(event: string, listener: (...values: never[]) => void): this;
    removeAllListeners(event?: string): this;
  }
}
