/** 4:05 · 1:02:09. Negative counts as nothing. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const rest = String(whole % 60).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}

/** As `formatDuration`, but the width does not change in the first hour: 04:05. */
export function formatTimer(seconds: number): string {
  const text = formatDuration(seconds);
  return text.length === 4 ? `0${text}` : text;
}
