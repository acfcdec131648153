const RATE = 8000;

/** A quiet hum as a WAV file, for the player. */
export function tone(seconds) {
  const samples = Buffer.alloc(seconds * RATE);
  for (let n = 0; n < samples.length; n++) samples[n] = 128 + 24 * Math.sin((2 * Math.PI * 220 * n) / RATE);
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + samples.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(samples.length, 40);
  return Buffer.concat([header, samples]);
}
