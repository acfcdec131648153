/** What one look at the peer connection's counters says. */
export interface LineSample {
  atMs: number;
  packetsReceived: number;
  packetsLost: number;
  jitterS: number;
  roundTripS: number | null;
}

export type QualityWord = 'excellent' | 'good' | 'fair' | 'poor';

export interface LineQuality {
  mos: number;
  word: QualityWord;
  level: 1 | 2 | 3 | 4;
  lossPercent: number;
  jitterMs: number;
  roundTripMs: number | null;
}

/**
 * Mean opinion score from delay, jitter and loss: the E-model (ITU-T G.107) in its common
 * simplified form for G.711 and Opus. Between 1.0 and 4.5.
 */
export function meanOpinionScore(roundTripMs: number, jitterMs: number, lossPercent: number): number {
  const latency = roundTripMs / 2 + 2 * jitterMs + 10;
  const delay = latency < 160 ? latency / 40 : (latency - 120) / 10;
  const r = Math.max(0, Math.min(100, 93.2 - delay - 2.5 * lossPercent));
  const mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return Math.max(1, Math.min(4.5, mos));
}

export function qualityWord(mos: number): QualityWord {
  if (mos >= 4.2) return 'excellent';
  if (mos >= 3.8) return 'good';
  return mos >= 3.1 ? 'fair' : 'poor';
}

const LEVELS: Record<QualityWord, 1 | 2 | 3 | 4> = { excellent: 4, good: 3, fair: 2, poor: 1 };

/** Quality between two looks; null while nothing was received at all. */
export function lineQuality(before: LineSample, now: LineSample): LineQuality | null {
  const received = now.packetsReceived - before.packetsReceived;
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  if (received + lost <= 0) return null;
  const lossPercent = (100 * lost) / (received + lost);
  const jitterMs = now.jitterS * 1000;
  const roundTripMs = now.roundTripS === null ? null : now.roundTripS * 1000;
  const mos = meanOpinionScore(roundTripMs ?? 60, jitterMs, lossPercent);
  const word = qualityWord(mos);
  return { mos, word, level: LEVELS[word], lossPercent, jitterMs, roundTripMs };
}

/** The audio counters of a stats report. */
export function readLineSample(report: RTCStatsReport, atMs: number): LineSample | null {
  let inbound: RTCInboundRtpStreamStats | undefined;
  let roundTripS: number | null = null;
  let pairRoundTripS: number | null = null;
  report.forEach((entry: RTCStats) => {
    if (entry.type === 'inbound-rtp' && (entry as RTCInboundRtpStreamStats).kind === 'audio') {
      inbound = entry as RTCInboundRtpStreamStats;
    } else if (entry.type === 'remote-inbound-rtp') {
      const value = (entry as RTCStats & { roundTripTime?: number }).roundTripTime;
      if (typeof value === 'number') roundTripS = value;
    } else if (entry.type === 'candidate-pair' && (entry as RTCIceCandidatePairStats).nominated) {
      const value = (entry as RTCIceCandidatePairStats).currentRoundTripTime;
      if (typeof value === 'number') pairRoundTripS = value;
    }
  });
  if (!inbound) return null;
  return {
    atMs,
    packetsReceived: inbound.packetsReceived ?? 0,
    packetsLost: inbound.packetsLost ?? 0,
    jitterS: inbound.jitter ?? 0,
    roundTripS: roundTripS ?? pairRoundTripS,
  };
}
