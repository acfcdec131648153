/** What belongs to the browser and not to the person: the look before the first paint, the headset at this place. */
const OF_THE_BROWSER: ReadonlySet<string> = new Set(['ovoz.locale', 'ovoz.microphone', 'ovoz.speaker', 'ovoz.test', 'ovoz.theme']);

/** Removes what the person left: drafts, and whatever else is not the browser's own. */
export function forgetPerson(local: Storage, tab: Storage): void {
  tab.clear();
  for (const key of Object.keys(local)) if (!OF_THE_BROWSER.has(key)) local.removeItem(key);
}

/** Remembers what is the browser's own; the answer puts it back, as signing out clears all of a site's storage. */
export function keepOfBrowser(local: Storage): () => void {
  const kept = [...OF_THE_BROWSER].map(key => [key, local.getItem(key)] as const);
  return () => {
    for (const [key, value] of kept) if (value !== null) local.setItem(key, value);
  };
}
