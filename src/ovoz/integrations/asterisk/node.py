"""The media node's port, done by Asterisk."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import PurePosixPath
from typing import Any

import structlog

from ovoz.contact_center.switchboard.ports import (
    CallerArrived,
    ChannelEnded,
    DigitPressed,
    LegAnswered,
    LegRinging,
    MediaEvent,
    MediaUnavailable,
    NodeDown,
    NodeReplaced,
    NodeUp,
    PhoneGone,
    PhoneRegistered,
    PlaybackEnded,
)
from ovoz.contact_center.switchboard.state.actions import (
    Action,
    Answer,
    Connect,
    Dial,
    Dissolve,
    HangUp,
    Part,
    PauseRecording,
    Play,
    RestartRecording,
    Ring,
    StartMusic,
    StartRecording,
    StartRinging,
    StopMusic,
    StopPlaying,
    StopRecording,
    StopRinging,
)
from ovoz.contact_center.switchboard.state.recovery import NodeSnapshot
from ovoz.integrations.asterisk.ami import Ami, AmiRefused
from ovoz.integrations.asterisk.ari import Ari, AriRefused, Connected, Disconnected

log = structlog.get_logger(__name__)

CODECS = "opus,alaw,ulaw"
GONE = frozenset({404, 409, 412, 422})
"""ARI's answers for a channel or bridge that is gone, or already as wanted: its end reaches us as an event."""
EVENTS = (
    *("StasisStart", "StasisEnd", "ChannelStateChange", "ChannelHangupRequest", "ChannelDestroyed"),
    *("ChannelDtmfReceived", "PlaybackFinished", "ApplicationReplaced"),
)
"""All that `_translate` knows of calls; Asterisk is asked to keep the rest."""
RENAMED = {("en", "sound:pls-try-call-later"): "sound:please-try-call-later"}
"""The packages of prompts do not agree in every name."""
RECORDER_GONE_S = 0.1
PHONE_EVENTS = ("ContactStatusChange",)
_NUMBER = re.compile(r"\+?[0-9]{2,15}")


class AsteriskNode:
    """One Asterisk; `recordings_dir` is the folder in which it writes raw recordings."""

    def __init__(self, node_id: str, ari: Ari, ami: Ami, recordings_dir: str) -> None:
        self.id = node_id
        self._ari = ari
        self._ami = ami
        self._recordings_dir = PurePosixPath(recordings_dir)
        self._bridges: set[str] = set()

    # Events

    async def events(self) -> AsyncIterator[MediaEvent]:
        async for event in self._ari.events():
            if isinstance(event, Connected):
                self._bridges.clear()
                up = await self._node_up()
                if up is not None:
                    yield up
            elif isinstance(event, Disconnected):
                yield NodeDown(event.reason)
            else:
                for translated in self._translate(event):
                    yield translated

    async def _node_up(self) -> NodeUp | None:
        """Waits until Asterisk is fully booted: before, its endpoints cannot be pushed."""
        for _ in range(100):
            try:
                info = await self._ari.request("GET", "asterisk/info")
                for app, kinds in ((self._ari.app, EVENTS), (self._ari.phones_app, PHONE_EVENTS)):
                    allowed = {"allowed": [{"type": kind} for kind in kinds]}
                    await self._ari.request("PUT", f"applications/{app}/eventFilter", body=allowed)
                return NodeUp(
                    boot=str(info["status"]["startup_time"]), version=str(info["system"]["version"])
                )
            except (AriRefused, MediaUnavailable):
                await asyncio.sleep(0.1)
        return None

    def _translate(self, event: dict[str, Any]) -> list[MediaEvent]:
        channel = event.get("channel", {})
        match event["type"]:
            case "StasisStart":
                return self._stasis_start(channel, event.get("args", []))
            case "ChannelStateChange" if channel["state"] == "Ringing":
                return [LegRinging(channel["id"])]
            case "ChannelHangupRequest" if channel["name"].startswith("PJSIP/carrier-"):
                # The first word of a BYE; what plays is reported as finished after it, the channel's end after that.
                return [ChannelEnded(channel["id"], event.get("cause"))]
            case "StasisEnd" if channel["name"].startswith("PJSIP/carrier-"):
                # A carrier's channel leaves our hands before it is destroyed, and then nothing more is heard of it.
                return [ChannelEnded(channel["id"], None)]
            case "ChannelDestroyed":
                return [ChannelEnded(channel["id"], event.get("cause"))]
            case "ChannelDtmfReceived":
                return [DigitPressed(channel["id"], event["digit"])]
            case "PlaybackFinished":
                return [PlaybackEnded(event["playback"]["id"])]
            case "ContactStatusChange":
                endpoint = event["endpoint"]["resource"]
                if event["contact_info"]["contact_status"] == "Removed":
                    # The contact of an older registration may go after the newer came: the state decides.
                    online = event["endpoint"].get("state") == "online"
                    return [] if online else [PhoneGone(endpoint)]
                return [PhoneRegistered(endpoint)]
            case "ApplicationReplaced":
                return [NodeReplaced()]
            case _:
                return []

    def _stasis_start(self, channel: dict[str, Any], args: list[str]) -> list[MediaEvent]:
        if args[:1] == ["inbound"] and len(args) > 1:
            return [_caller(channel, args[1])]
        if args[:1] in (["agent"], ["outside"]):
            return [LegAnswered(channel["id"])]
        log.warning("media.channel_unexpected", args=args)
        return []

    # State

    async def snapshot(self) -> NodeSnapshot:
        try:
            channels, bridges, endpoints, application = await asyncio.gather(
                self._ari.request("GET", "channels"),
                self._ari.request("GET", "bridges"),
                self._ari.request("GET", "endpoints/PJSIP"),
                self._ari.request("GET", f"applications/{self._ari.app}"),
            )
        except AriRefused as error:
            raise MediaUnavailable(str(error)) from error
        return NodeSnapshot(
            channels={channel["id"]: channel["state"] == "Up" for channel in channels},
            ours=frozenset(application["channel_ids"]),
            bridges={bridge["id"]: frozenset(bridge["channels"]) for bridge in bridges},
            registered=frozenset(
                endpoint["resource"] for endpoint in endpoints if endpoint.get("state") == "online"
            ),
            phones=frozenset(
                endpoint["resource"] for endpoint in endpoints if endpoint["resource"].startswith("t_")
            ),
        )

    async def callers(self) -> Sequence[CallerArrived]:
        try:
            channels = await self._ari.request("GET", "channels")
        except AriRefused as error:
            raise MediaUnavailable(str(error)) from error
        found: list[CallerArrived] = []
        for channel in channels:
            application, _, rest = channel["dialplan"].get("app_data", "").partition(",")
            kind, _, number = rest.partition(",")
            if application == self._ari.app and kind == "inbound":
                found.append(_caller(channel, number.partition(",")[0]))
        return found

    # Actions

    async def perform(self, action: Action) -> None:
        try:
            await self._perform(action)
        except AriRefused as error:
            if isinstance(action, Ring | Dial) or error.status not in GONE:
                raise MediaUnavailable(str(error)) from error
            log.info("media.action_pointless", action=type(action).__name__, status=error.status)
        except AmiRefused as error:
            if isinstance(action, StartRecording | RestartRecording | PauseRecording):
                raise MediaUnavailable(str(error)) from error

    async def _perform(self, action: Action) -> None:
        ari = self._ari
        match action:
            case Answer(channel=channel):
                await ari.request("POST", f"channels/{channel}/answer")
            case Play(channel=channel, playback_id=playback, media=media, language=language):
                await ari.request(
                    "POST",
                    f"channels/{channel}/play/{playback}",
                    media=",".join(RENAMED.get((language, prompt), prompt) for prompt in media),
                    lang=language,
                )
            case StopPlaying(playback_id=playback):
                await ari.request("DELETE", f"playbacks/{playback}")
            case StartMusic(channel=channel, music=music):
                await ari.request("POST", f"channels/{channel}/moh", mohClass=music)
            case StopMusic(channel=channel):
                await ari.request("DELETE", f"channels/{channel}/moh")
            case StartRinging(channel=channel):
                await ari.request("POST", f"channels/{channel}/ring")
            case StopRinging(channel=channel):
                await ari.request("DELETE", f"channels/{channel}/ring")
            case Ring():
                await self._ring(action)
            case Dial():
                await self._dial(action)
            case Connect(bridge=bridge, channels=channels):
                await self._connect(bridge, channels)
            case Part(bridge=bridge, channel=channel):
                await ari.request("POST", f"bridges/{bridge}/removeChannel", channel=channel)
            case Dissolve(bridge=bridge):
                self._bridges.discard(bridge)
                await ari.request("DELETE", f"bridges/{bridge}")
            case HangUp(channel=channel, cause=cause):
                await ari.request("DELETE", f"channels/{channel}", reason_code=cause)
            case StartRecording(channel=channel, raw_name=raw_name):
                await self._record(channel, raw_name)
            case RestartRecording(channel=channel, raw_name=raw_name):
                await self._ami.action("StopMixMonitor", Channel=channel)
                # The next packet takes the old recorder off; only then has the new one a translator of its own.
                await asyncio.sleep(RECORDER_GONE_S)
                await self._record(channel, raw_name)
            case PauseRecording(channel=channel):
                await self._ami.action("MixMonitorMute", Channel=channel, Direction="both", State="1")
            case StopRecording(channel=channel):
                await self._ami.action("StopMixMonitor", Channel=channel)
            case _:
                raise TypeError(f"Asterisk does not know {type(action).__name__}")

    async def _ring(self, ring: Ring) -> None:
        headers = {"PJSIP_HEADER(add,X-Ovoz-Interaction)": str(ring.interaction_id)}
        if ring.rejoin:
            headers["PJSIP_HEADER(add,X-Ovoz-Rejoin)"] = "1"
        try:
            await self._ari.request(
                "POST",
                f"channels/{ring.leg}",
                body={"variables": headers},
                endpoint=f"PJSIP/{ring.endpoint}",
                app=self._ari.app,
                appArgs=f"agent,{ring.interaction_id}",
                # The phone rings without a number: who calls stands on the desk, masked for the agent's role.
                callerId="<anonymous>",
                timeout=ring.timeout_s,
                formats=CODECS,
            )
        except AriRefused as error:
            # The leg's id is ours: a duplicate means that an earlier try reached Asterisk.
            if error.status != 409:
                raise

    async def _record(self, channel: str, raw_name: str) -> None:
        """Both parties, interleaved (D), behind what the file has already (a)."""
        await self._ami.action(
            "MixMonitor", Channel=channel, File=str(self._recordings_dir / raw_name), Options="Da"
        )

    async def _dial(self, dial: Dial) -> None:
        try:
            await self._ari.request(
                "POST",
                f"channels/{dial.leg}",
                endpoint=f"PJSIP/{dial.number}@carrier",
                app=self._ari.app,
                appArgs=f"outside,{dial.interaction_id}",
                callerId=dial.presented,
                timeout=dial.timeout_s,
                formats="alaw,ulaw",
            )
        except AriRefused as error:
            if error.status != 409:
                raise

    async def _connect(self, bridge: str, channels: tuple[str, ...]) -> None:
        if bridge not in self._bridges:
            try:
                await self._ari.request("POST", f"bridges/{bridge}", type="mixing,dtmf_events")
            except AriRefused as error:
                if error.status != 409:
                    raise
            self._bridges.add(bridge)
        await self._ari.request("POST", f"bridges/{bridge}/addChannel", channel=",".join(channels))

    async def refuse(self, channel: str, cause: int) -> None:
        try:
            await self._ari.request("DELETE", f"channels/{channel}", reason_code=cause)
        except (AriRefused, MediaUnavailable) as error:
            log.info("media.channel_not_refused", error=str(error))

    # Phones

    async def push_phone(self, endpoint: str, password: str, tenant_id: str) -> None:
        path = "asterisk/config/dynamic/res_pjsip"
        objects = {
            "auth": {"auth_type": "userpass", "username": endpoint, "password": password},
            "aor": {
                "max_contacts": "1",
                "remove_existing": "yes",
                "remove_unavailable": "yes",
                "qualify_frequency": "0",
            },
            "endpoint": {
                "webrtc": "yes",
                "transport": "t-ws",
                "context": "agents",
                "aors": endpoint,
                "auth": endpoint,
                "disallow": "all",
                "allow": f"!all,{CODECS}",
                "direct_media": "no",
                "rtp_timeout": "5",
                "dtls_auto_generate_cert": "yes",
                "accountcode": tenant_id,
                "tenantid": tenant_id,
            },
        }
        try:
            if await self._is_pushed(f"{path}/aor/{endpoint}"):
                # Written anew, it would not lose the phone that is registered there any more when its line breaks.
                del objects["aor"]
            for kind, fields in objects.items():
                await self._ari.request(
                    "PUT",
                    f"{path}/{kind}/{endpoint}",
                    body={"fields": [{"attribute": name, "value": value} for name, value in fields.items()]},
                )
            await self._ari.request(
                "POST",
                f"applications/{self._ari.phones_app}/subscription",
                eventSource=f"endpoint:PJSIP/{endpoint}",
            )
        except AriRefused as error:
            raise MediaUnavailable(str(error)) from error

    async def _is_pushed(self, path: str) -> bool:
        try:
            await self._ari.request("GET", path)
        except AriRefused as error:
            if error.status not in GONE:
                raise
            return False
        return True

    async def forget_phone(self, endpoint: str) -> None:
        path = f"applications/{self._ari.phones_app}/subscription"
        try:
            await self._ari.request("DELETE", path, eventSource=f"endpoint:PJSIP/{endpoint}")
        except AriRefused as error:
            if error.status not in GONE:
                raise MediaUnavailable(str(error)) from error
        for kind in ("endpoint", "aor", "auth"):
            try:
                await self._ari.request("DELETE", f"asterisk/config/dynamic/res_pjsip/{kind}/{endpoint}")
            except AriRefused as error:
                if error.status not in GONE:
                    raise MediaUnavailable(str(error)) from error


def _caller(channel: dict[str, Any], number_called: str) -> CallerArrived:
    number = channel["caller"]["number"]
    known = _NUMBER.fullmatch(number) is not None
    return CallerArrived(
        channel=channel["id"],
        number_called=number_called,
        caller_number=number if known else "",
        hidden=not known,
        sip_call_id=channel.get("protocol_id", ""),
    )
