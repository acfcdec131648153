"""What the floor wants done on the media node: data, carried out by the switchboard's hands."""

from uuid import UUID

import msgspec


class Action(msgspec.Struct, frozen=True):
    """Something to do for one interaction; actions of one interaction are done in order."""

    interaction_id: UUID


class Answer(Action, frozen=True):
    channel: str


class Play(Action, frozen=True):
    """Plays prompts (`sound:…`, `number:…`) one after the other; the end is heard as `playback_id`."""

    channel: str
    playback_id: str
    media: tuple[str, ...]
    language: str = "ru"


class StopPlaying(Action, frozen=True):
    playback_id: str


class StartMusic(Action, frozen=True):
    """Music on hold; which one, the floor says (`Floor.act`)."""

    channel: str
    music: str = "default"


class StopMusic(Action, frozen=True):
    channel: str


class Ring(Action, frozen=True):
    """Calls an agent's phone; begun only when the claim stands in the journal."""

    leg: str
    endpoint: str
    timeout_s: int
    rejoin: bool = False


class Dial(Action, frozen=True):
    """Calls a number over the carrier's trunk, presenting another; begun only when it stands in the journal."""

    leg: str
    number: str
    presented: str
    timeout_s: int


class Connect(Action, frozen=True):
    """Puts channels into the interaction's bridge, making it when it is not there."""

    bridge: str
    channels: tuple[str, ...]


class Part(Action, frozen=True):
    """Takes a channel out of the bridge; it stays up."""

    bridge: str
    channel: str


class Dissolve(Action, frozen=True):
    bridge: str


class HangUp(Action, frozen=True):
    """Ends a channel; `cause` is a Q.850 cause."""

    channel: str
    cause: int = 16


class StartRecording(Action, frozen=True):
    """Both parties of the channel, interleaved, into the raw file `raw_name`."""

    channel: str
    raw_name: str


class PauseRecording(Action, frozen=True):
    """Silence goes into the file, which keeps its timeline."""

    channel: str


class RestartRecording(Action, frozen=True):
    """Ends the recording and goes on in the same file.

    The recorder takes the packets of another leg, whose numbers begin anywhere, for late ones of the leg before, and
    drops them: half of the agents who took a call over were silent in the recording.
    """

    channel: str
    raw_name: str


class StopRecording(Action, frozen=True):
    channel: str


class StoreRecording(Action, frozen=True):
    """Hands the finished raw file to the worker; done after the row says `captured`."""

    recording_id: UUID
