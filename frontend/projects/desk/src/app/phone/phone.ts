import { computed, DestroyRef, effect, inject, Injectable, signal, untracked } from '@angular/core';
import type { IncomingRTCSessionEvent, OutgoingRTCSessionEvent, UA } from 'jssip/lib/UA';
import type { RTCSession } from 'jssip/lib/RTCSession';
import type { IncomingRequest } from 'jssip/lib/SIPMessage';
import type { DTMF_TRANSPORT } from 'jssip/lib/Constants';
import { OvozApi } from '../contract/ovoz-api';
import { Live } from '../live/live';
import { reconnectDelayMs } from '../live/reconnect';
import { toProblem } from '../problems/problem';
import { SessionStore } from '../session/session-store';
import { AudioDevices } from './audio-devices';
import { LineWatch } from './line-watch';
import { Ringtone } from './ringtone';
import { SipSocket } from './sip-socket';

export type PhoneState = 'off' | 'starting' | 'connecting' | 'registering' | 'registered' | 'refused' | 'superseded';

/** A socket that is open this long without a registration leads to nothing (Asterisk restarted under it). */
const REGISTER_WITHIN_MS = 3000;
/** Host candidates are there at once; slower ones are not worth the caller's waiting. */
const GATHER_WITHIN_MS = 300;
const MUTED = 'ovoz.muted';

declare global {
  interface Window {
    /** For tests, where localStorage has `ovoz.test`: the last peer connection. */
    __ovozPhone?: { readonly peer: RTCPeerConnection | null };
  }
}

/**
 * The SIP phone in the page. It carries the sound and nothing else: what the call is, the live
 * view says. It comes back by itself from lost sockets, restarts and reloads.
 */
@Injectable({ providedIn: 'root' })
export class Phone {
  private readonly api = inject(OvozApi);
  private readonly live = inject(Live);
  private readonly store = inject(SessionStore);
  private readonly devices = inject(AudioDevices);
  private readonly ringtone = inject(Ringtone);

  private readonly currentState = signal<PhoneState>('off');
  private readonly cause = signal<string | null>(null);
  private readonly offered = signal<string | null>(null);
  private readonly talking = signal(false);
  private readonly isMuted = signal(false);
  private readonly wanted = signal<string | null>(null);
  private readonly phoneId = signal<string | null>(null);

  private ua: UA | null = null;
  private socket: SipSocket | null = null;
  private session: RTCSession | null = null;
  private peer: RTCPeerConnection | null = null;
  private lastPeer: RTCPeerConnection | null = null;
  private readonly remote = new Audio();
  private registerTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private attempt = 0;
  private run = 0;

  readonly state = this.currentState.asReadonly();
  /** Why it is not registered, in the server's words. */
  readonly detail = this.cause.asReadonly();
  readonly muted = this.isMuted.asReadonly();
  readonly line = new LineWatch();
  /** The sound of a call runs through this page. */
  readonly connected = this.talking.asReadonly();
  /** The interaction whose call rings here now. */
  readonly ringing = this.offered.asReadonly();
  /** The person pressed "answer" and the call is on its way. */
  readonly answering = computed(() => this.wanted() !== null);

  constructor() {
    this.remote.autoplay = true;
    effect(() => {
      this.devices.speakerId();
      void this.devices.playThroughSpeaker(this.remote);
    });
    effect(() => {
      const stream = this.devices.stream();
      untracked(() => void this.replaceMicrophone(stream));
    });
    effect(() => {
      const ours = this.phoneId();
      const latest = this.live.latestPhoneId();
      if (ours !== null && latest !== null && latest !== ours) untracked(() => this.giveUp());
    });
    effect(() => {
      const rings = this.live.interaction()?.state === 'ringing' && this.currentState() !== 'superseded' && !this.answering();
      untracked(() => (rings && !this.store.autoAnswer() ? this.ringtone.start() : this.ringtone.stop()));
    });
    effect(() => {
      const interaction = this.live.interaction();
      const gone = !interaction || interaction.state === 'wrap_up';
      untracked(() => {
        if (gone) {
          this.wanted.set(null);
          // A BYE that was sent while our socket was away never came.
          if (this.talking() && this.session) end(this.session);
        }
        if (!interaction) this.forgetMute();
      });
    });
    effect(() => {
      const available = this.live.desk()?.phone.available ?? false;
      untracked(() => {
        if (available && this.currentState() === 'refused') this.takeHere();
      });
    });
    const leave = () => {
      // The conversation stays: the platform hears at once that this leg is gone, not after seconds of silence.
      if (this.session?.isEstablished()) end(this.session);
    };
    addEventListener('pagehide', leave);
    inject(DestroyRef).onDestroy(() => removeEventListener('pagehide', leave));
    if (localStorage.getItem('ovoz.test') !== null) {
      const lastPeer = () => this.lastPeer;
      window.__ovozPhone = { get peer() { return lastPeer(); } };
    }
  }

  /** Opens the microphone and registers. */
  async start(): Promise<void> {
    if (this.currentState() !== 'off') return;
    void this.devices.open();
    await this.register();
  }

  stop(): void {
    this.close();
    this.currentState.set('off');
  }

  /** Registers anew; this page becomes the agent's phone, any other one stops. */
  takeHere(): void {
    this.attempt = 0;
    void this.register();
  }

  /** Answers now, or as soon as the call of this interaction is here. */
  answer(interactionId: string): void {
    this.wanted.set(interactionId);
    if (this.session && this.offered() !== null) void this.accept(this.session);
  }

  toggleMute(): void {
    this.setMuted(!this.isMuted());
  }

  sendTone(tone: string): void {
    this.session?.sendDTMF(tone, { transportType: 'RFC2833' as DTMF_TRANSPORT });
  }

  private async register(): Promise<void> {
    this.close();
    const run = ++this.run;
    this.live.forgetPhones();
    this.currentState.set('starting');
    this.cause.set(null);
    try {
      const [account, { default: jssip }] = await Promise.all([this.api.takePhone(), import('jssip')]);
      if (run !== this.run) return;
      this.phoneId.set(account.phone_id);
      const secure = location.protocol === 'https:' ? 'wss' : 'ws';
      const socket = new SipSocket(`${secure}://${location.host}${account.websocket_path}`);
      const ua = new jssip.UA({
        sockets: [socket],
        uri: account.uri,
        authorization_user: account.username,
        password: account.password,
        register: true,
        register_expires: account.register_expires_s,
        session_timers: false,
        connection_recovery_min_interval: 1,
        connection_recovery_max_interval: 5,
        user_agent: 'Ovoz desk',
      });
      this.socket = socket;
      this.ua = ua;
      this.follow(ua, socket);
      this.currentState.set('connecting');
      ua.start();
    } catch (error) {
      if (run !== this.run) return;
      const problem = toProblem(error);
      this.currentState.set('refused');
      this.cause.set(problem.detail ?? problem.title);
      if (problem.status !== 401 && problem.status !== 403) this.retryLater();
    }
  }

  private follow(ua: UA, socket: SipSocket): void {
    const mine = (act: () => void) => () => {
      if (ua === this.ua) act();
    };
    ua.on('connecting', mine(() => this.currentState.set('connecting')));
    ua.on('connected', mine(() => {
      this.currentState.set('registering');
      this.cause.set(null);
      clearTimeout(this.registerTimer);
      this.registerTimer = setTimeout(() => {
        if (ua === this.ua && !ua.isRegistered()) socket.drop();
      }, REGISTER_WITHIN_MS);
    }));
    ua.on('disconnected', mine(() => {
      clearTimeout(this.registerTimer);
      if (this.currentState() !== 'superseded') this.currentState.set('connecting');
    }));
    ua.on('registered', mine(() => {
      clearTimeout(this.registerTimer);
      this.attempt = 0;
      this.currentState.set('registered');
      this.cause.set(null);
    }));
    ua.on('unregistered', mine(() => {
      if (this.currentState() === 'registered') this.currentState.set('registering');
    }));
    ua.on('registrationFailed', event => {
      if (ua !== this.ua) return;
      clearTimeout(this.registerTimer);
      const status = (event.response as { status_code?: number } | null)?.status_code;
      // No answer: the socket is gone or about to be dropped, and JsSIP makes the next one.
      if (status === undefined) return;
      this.currentState.set('refused');
      this.cause.set(`${status} ${event.cause ?? ''}`.trim());
      // A password lives as long as the page that got it: ask for a new one, slower each time.
      this.retryLater();
    });
    ua.on('newRTCSession', (event: IncomingRTCSessionEvent | OutgoingRTCSessionEvent) => {
      if (ua !== this.ua) return;
      if (event.originator === 'remote') this.receive(event.session, event.request as IncomingRequest);
    });
  }

  private receive(session: RTCSession, request: IncomingRequest): void {
    const interaction = request.getHeader('X-Ovoz-Interaction') ?? '';
    const rejoin = request.getHeader('X-Ovoz-Rejoin') === '1';
    const before = this.session;
    this.session = session;
    // What is left of a leg that the server gave up: the new one takes its place.
    if (before) end(before);
    this.talking.set(false);
    this.offered.set(interaction);
    session.on('peerconnection', ({ peerconnection }) => this.play(session, peerconnection));
    boundGathering(session);
    session.on('accepted', () => {
      if (session !== this.session) return;
      this.offered.set(null);
      this.talking.set(true);
      this.line.start(() => this.peer);
    });
    session.on('ended', () => this.forget(session));
    session.on('failed', () => this.forget(session));
    if (rejoin) {
      this.isMuted.set(sessionStorage.getItem(MUTED) === interaction);
      void this.accept(session);
    } else {
      this.setMuted(false);
      if (this.wanted() === interaction) {
        void this.accept(session);
      } else if (this.store.autoAnswer()) {
        this.ringtone.beep();
        void this.accept(session);
      }
    }
  }

  private async accept(session: RTCSession): Promise<void> {
    this.ringtone.stop();
    const stream = await this.devices.open();
    if (session !== this.session || session.isEnded()) return;
    if (!stream) {
      this.wanted.set(null);
      return;
    }
    this.applyMute(stream);
    session.answer({ mediaStream: stream, pcConfig: { iceServers: [] } });
  }

  private play(session: RTCSession, peer: RTCPeerConnection): void {
    if (session !== this.session) return;
    this.peer = peer;
    this.lastPeer = peer;
    peer.addEventListener('track', event => {
      this.remote.srcObject = event.streams[0] ?? new MediaStream([event.track]);
      this.remote.play().catch(() => undefined);
    });
  }

  private forget(session: RTCSession): void {
    if (session !== this.session) return;
    this.session = null;
    this.peer = null;
    this.offered.set(null);
    this.talking.set(false);
    this.line.stop();
    this.remote.srcObject = null;
  }

  private setMuted(muted: boolean): void {
    this.isMuted.set(muted);
    const interaction = this.live.interaction()?.id;
    if (muted && interaction) sessionStorage.setItem(MUTED, interaction);
    else sessionStorage.removeItem(MUTED);
    const stream = this.devices.stream();
    if (stream) this.applyMute(stream);
  }

  private forgetMute(): void {
    if (this.isMuted()) this.setMuted(false);
  }

  private applyMute(stream: MediaStream): void {
    for (const track of stream.getAudioTracks()) track.enabled = !this.isMuted();
  }

  private async replaceMicrophone(stream: MediaStream | null): Promise<void> {
    const track = stream?.getAudioTracks()[0];
    if (!stream || !track) return;
    this.applyMute(stream);
    const sender = this.peer?.getSenders().find(candidate => candidate.track?.kind === 'audio');
    if (sender && sender.track !== track) await sender.replaceTrack(track);
  }

  private giveUp(): void {
    this.close();
    this.currentState.set('superseded');
  }

  private close(): void {
    this.run++;
    this.phoneId.set(null);
    clearTimeout(this.registerTimer);
    clearTimeout(this.retryTimer);
    const ua = this.ua;
    this.ua = null;
    if (this.session) this.forget(this.session);
    // No un-REGISTER and no BYE: the conversation must outlive this page, and the binding of a
    // newer page must not be removed by an older one.
    this.socket?.disconnect();
    this.socket = null;
    ua?.removeAllListeners();
    if (ua) silence(ua);
  }

  private retryLater(): void {
    clearTimeout(this.retryTimer);
    const delay = 1000 + reconnectDelayMs(this.attempt++, Math.random());
    this.retryTimer = setTimeout(() => void this.register(), delay);
  }
}

function end(session: RTCSession): void {
  if (!session.isEnded()) session.terminate();
}

/** Answers with the candidates that came soon after the first one. */
function boundGathering(session: RTCSession): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  session.on('icecandidate', ({ ready }) => {
    timer ??= setTimeout(ready, GATHER_WITHIN_MS);
  });
}

/** JsSIP stops with its socket already closed, so that nothing more is sent. */
function silence(ua: UA): void {
  try {
    ua.stop();
  } catch {
    // it was never started
  }
}
