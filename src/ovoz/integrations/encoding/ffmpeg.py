"""Raw two-channel sound to Opus in Ogg (RFC 7845), through pipes: no file is written."""

import asyncio
import contextlib
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

from ovoz.contact_center.recordings.errors import EncoderUnavailable, EncodingFailed

_PART = 1 << 16
_FRAME = 4
_SILENT_S = 60.0
"""An encoder that gives nothing for so long is stuck; it normally runs at a hundred times real time."""
_INPUT = ("-f", "s16le", "-ar", "8000", "-ac", "2")
# `-application audio`: the sides stay apart. Measured with a tone on each side, what crosses over: voip at 32 kb/s
# -33 dB (loud beside quiet -17 dB), voip at 48 kb/s -31 dB, audio at 32 kb/s -69 dB (-60 dB). Mapping family 255
# would keep them apart as well, but browsers do not promise to play it. bitexact: the same file each time.
_OUTPUT = (
    *("-map_metadata", "-1", "-c:a", "libopus", "-b:a", "32k", "-application", "audio"),
    *("-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", "ogg"),
)


class FfmpegEncoder:
    """An `AudioEncoder`; `program` is a path or a name to be found in PATH."""

    def __init__(self, program: str = "ffmpeg", *, silent_s: float = _SILENT_S) -> None:
        self._program = program
        self._silent_s = silent_s

    async def encode(self, raw: Path) -> AsyncGenerator[bytes, None]:
        if _is_empty(raw):
            raise EncodingFailed("The raw file holds no sound.")
        program = shutil.which(self._program)
        if program is None:
            raise EncoderUnavailable(f"{self._program} is not installed (Debian: apt-get install ffmpeg).")
        try:
            process = await asyncio.create_subprocess_exec(
                *("nice", "-n", "10", program, "-nostdin", "-hide_banner", "-v", "error"),
                *(*_INPUT, "-i", f"file:{raw}", *_OUTPUT, "pipe:1"),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError as error:
            raise EncoderUnavailable(f"{program} cannot be started: {error.strerror}.") from error
        assert process.stdout is not None
        assert process.stderr is not None
        complaints = asyncio.ensure_future(process.stderr.read())
        try:
            while part := await asyncio.wait_for(process.stdout.read(_PART), self._silent_s):
                yield part
            code = await asyncio.wait_for(process.wait(), self._silent_s)
            said = (await complaints).decode(errors="replace").strip()
            if code != 0:
                raise EncodingFailed(f"ffmpeg ended with {code}: {said[-500:]}")
        except TimeoutError:
            raise EncodingFailed(f"ffmpeg gave nothing for {self._silent_s:g} s.") from None
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
            complaints.cancel()


def _is_empty(raw: Path) -> bool:
    """ffmpeg would make a fine Ogg file without any sound of such a file."""
    return raw.stat().st_size < _FRAME
