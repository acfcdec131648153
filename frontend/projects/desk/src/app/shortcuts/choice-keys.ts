import type { WritableSignal } from '@angular/core';

/** Arrows go round a list of choices, Enter takes the one that is chosen; every other key is left to the field. */
export function moveAmongChoices<Choice extends { id: string }>(
  event: KeyboardEvent,
  choices: readonly Choice[],
  index: WritableSignal<number>,
  take: (choice: Choice) => void,
): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 && event.key !== 'Enter') return;
  event.preventDefault();
  if (step !== 0 && choices.length > 0) index.update(at => (at + step + choices.length) % choices.length);
  const chosen = choices[index()];
  if (step !== 0) document.getElementById(chosen?.id ?? '')?.scrollIntoView({ block: 'nearest' });
  else if (chosen) take(chosen);
}
