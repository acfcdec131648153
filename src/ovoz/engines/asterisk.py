"""Asterisk as a unit: its configuration from `asterisk/etc`, its folders, its readiness."""

import re
import shutil
from pathlib import Path

import aiohttp

from ovoz.engines.asterisk_package import FURTHER_LANGUAGES, AsteriskPackage, complete, link_sounds
from ovoz.engines.host import EngineMissing, engine_user, main_address, own
from ovoz.engines.layout import Layout
from ovoz.engines.music import CALM, LIGHT, write_music
from ovoz.engines.unit import Unit
from ovoz.lib.settings import Settings
from ovoz.lib.sounds import DEFAULT_MUSIC, Sounds

NODE = "node1"
ARI_USER = "ovoz"
MANAGER_USER = "ovoz"
SHIPPED = (
    "amd",
    "indications",
    "features",
    "udptl",
    "cdr",
    "cel",
    "acl",
    "ccss",
    "confbridge",
    "pjproject",
    "codecs",
)
"""Configuration that is taken from the package as it is."""
_PLACE = re.compile(r"@([A-Z_]+)@")
_MUSIC = re.compile(r"[a-z0-9_-]{1,40}")


def ari_url(layout: Layout, settings: Settings) -> str:
    return f"http://{ARI_USER}:{layout.secrets().ari}@127.0.0.1:{settings.ports.asterisk_http}/ari"


def unit(layout: Layout, settings: Settings) -> Unit:
    """Gets Asterisk where it is not there, and writes its configuration anew."""
    package = AsteriskPackage(layout.shared, settings.data_dir / "asterisk" / "packages.lock")
    try:
        package.get()
    except EngineMissing as error:
        return Unit(name="asterisk", missing=str(error), hard_requirement=False)
    folder = own(layout.data / "asterisk")
    etc = configure(layout, settings, package, folder)
    url = ari_url(layout, settings)

    async def ready() -> bool:
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session,
                session.get(f"{url}/asterisk/ping") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    return Unit(
        name="asterisk",
        version=package.version(),
        argv=package.command(etc, "-f"),
        folder=folder,
        user=engine_user(),
        port=settings.ports.sip,
        ready=ready,
        hard_requirement=False,
    )


def configure(layout: Layout, settings: Settings, package: AsteriskPackage, folder: Path) -> Path:
    """Renders every template; the same files serve development, tests and production."""
    for name in ("cache", "lib", "db", "spool", "run", "log"):
        own(folder / name)
    for name in ("monitor", "recording", "outgoing", "tmp"):
        own(folder / "spool" / name)
    own(layout.recordings).chmod(0o750)
    link_sounds(package.root, folder / "data", layout.prompts)
    for piece, path in ((CALM, layout.music / "calm.wav"), (LIGHT, layout.music / "light" / "light.wav")):
        if not path.exists():
            write_music(path, piece)
    etc = own(folder / "etc")
    for name in SHIPPED:
        shutil.copy(package.root / "etc/asterisk" / f"{name}.conf", etc)
    media = main_address() if settings.media_address == "auto" else settings.media_address
    secrets = layout.secrets()
    values = {
        "FOLDER": str(folder),
        "ROOT": str(package.root),
        "MUSIC": str(layout.music),
        "MORE_MUSIC": "".join(
            f"[{name}]\nmode = files\ndirectory = {layout.music / name}\n" for name in _more_music(layout)
        ),
        "NODE": NODE,
        "HTTP_PORT": str(settings.ports.asterisk_http),
        "MANAGER_PORT": str(settings.ports.ami),
        "SIP_PORT": str(settings.ports.sip),
        "CARRIER_PORT": str(settings.ports.simulator_sip),
        "RTP_FIRST": str(settings.ports.rtp_first),
        "RTP_LAST": str(settings.ports.rtp_last),
        "MEDIA_ADDRESS": media,
        "ICE_CANDIDATES": _ice_candidates(media),
        "ARI_USER": ARI_USER,
        "ARI_PASSWORD": secrets.ari,
        "MANAGER_USER": MANAGER_USER,
        "MANAGER_SECRET": secrets.ami,
        "TRUNK_KEY": secrets.trunk,
    }
    user = engine_user()
    for template in sorted((settings.data_dir / "asterisk" / "etc").glob("*.conf")):
        target = etc / template.name
        target.write_text(render(template.read_text(), values))
        target.chmod(0o640)
        if user is not None:
            shutil.chown(target, user.pw_uid, user.pw_gid)
    return etc


def sounds(layout: Layout) -> Sounds:
    """What can be played: the shipped languages and music, and the operator's own beside them."""
    more = [language for language in FURTHER_LANGUAGES if complete(layout.prompts, language)]
    shipped = Sounds()
    return Sounds((*shipped.languages, *more), (*shipped.music, *_more_music(layout)))


def _more_music(layout: Layout) -> list[str]:
    """Folders with music in them; a name that no queue could be given is left out."""
    return [
        folder.name
        for folder in sorted(layout.music.glob("*"))
        if _MUSIC.fullmatch(folder.name) and folder.name != DEFAULT_MUSIC and any(folder.glob("*.wav"))
    ]


def render(template: str, values: dict[str, str]) -> str:
    """Fills `@NAME@` places; a name that nobody gave is an error (`${…}` belongs to the dialplan)."""

    def value(place: re.Match[str]) -> str:
        if place[1] not in values:
            raise KeyError(f"the template asks for @{place[1]}@, which nobody gave")
        return values[place[1]]

    return _PLACE.sub(value, template)


def _ice_candidates(media: str) -> str:
    """On loopback ICE needs a mapping: Asterisk offers no loopback candidates of its own."""
    if not media.startswith("127."):
        return ""
    return f"[ice_host_candidates]\n{main_address()} => {media}\n"
