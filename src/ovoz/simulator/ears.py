"""How a subscriber knows that somebody answered: music and prompts are recordings, people are not."""

from ovoz.simulator.rtp import is_quiet

GONE_S = 0.8
"""So long without a recording after there was one: somebody is there. Longer than the hole between two prompts."""
UNKNOWN_S = 10.0
"""So long without any recording since the answer: the music is one we do not know; we take it for a person."""


class Ears:
    """Recognises the switch's own recordings, bit by bit: it plays them unchanged in A-law, from a frame's start."""

    def __init__(self, recordings: frozenset[bytes]) -> None:
        self._recordings = recordings
        self._began_at: float | None = None
        self._recording_at: float | None = None
        self._last_at: float | None = None
        self.packets = 0
        self.longest_gap_s = 0.0
        """Between two packets."""

    def begin(self, now: float) -> None:
        """The call is answered."""
        self._began_at = now

    def hear(self, at: float, audio: bytes) -> None:
        """One packet's audio, in the order of arrival."""
        if self._last_at is not None:
            self.longest_gap_s = max(self.longest_gap_s, at - self._last_at)
        self._last_at = at
        self.packets += 1
        if audio in self._recordings and not is_quiet(audio):
            self._recording_at = at

    def somebody_is_there(self, now: float) -> bool:
        if self._recording_at is not None:
            return now - self._recording_at > GONE_S
        return self._began_at is not None and now - self._began_at > UNKNOWN_S

    def deaf_s(self, now: float) -> float:
        """Seconds without any packet since the answer."""
        if self._began_at is None:
            return 0.0
        return max(0.0, now - max(self._began_at, self._last_at or 0.0))
