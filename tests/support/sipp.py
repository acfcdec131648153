"""SIPp as the carrier: an implementation of SIP that is not ours, with records of its own."""

import asyncio
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.stack import PORT_BASE

SCENARIOS = Path(__file__).parent / "scenarios"


@dataclass
class Record:
    """What SIPp saw of one call, in epoch seconds; `ended_by` is `far end` or `we`."""

    sent_at: float | None = None
    answered_at: float | None = None
    ended_at: float | None = None
    ended_by: str = ""


@dataclass
class Sipp:
    """A run of SIPp; echoes the audio that it gets."""

    process: asyncio.subprocess.Process
    folder: Path

    @classmethod
    async def start(
        cls,
        *,
        trunk: tuple[str, int, str],
        to: str,
        callers: Sequence[str],
        scenario: str = "caller",
        rate: float = 10,
        stay_s: float = 60,
        port: int = PORT_BASE + 300,
    ) -> "Sipp":
        """As many calls as there are callers, `rate` a second."""
        folder = Path(tempfile.mkdtemp(prefix="ovoz-sipp-"))
        numbers = folder / "callers.csv"
        numbers.write_text("SEQUENTIAL\n" + "".join(f"{caller};\n" for caller in callers))
        plan = folder / "scenario.xml"
        template = (SCENARIOS / f"{scenario}.xml").read_text()
        plan.write_text(template.replace("@STAY_MS@", str(int(stay_s * 1000))))
        host, sip_port, key = trunk
        process = await asyncio.create_subprocess_exec(
            *("sipp", f"{host}:{sip_port}", "-sf", str(plan), "-s", to),
            *("-inf", str(numbers), "-key", "trunk_key", key),
            *("-i", "127.0.0.1", "-p", str(port), "-mi", "127.0.0.1", "-mp", str(port + 100), "-rtp_echo"),
            *("-m", str(len(callers)), "-r", f"{rate:g}", "-l", str(len(callers)), "-nostdin"),
            *(
                "-trace_logs",
                "-log_file",
                str(folder / "log"),
                "-trace_err",
                "-error_file",
                str(folder / "err"),
            ),
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        return cls(process, folder)

    async def finished(self, within_s: float) -> int:
        """Exit code: 0 when every call went as the scenario says."""
        return await asyncio.wait_for(self.process.wait(), within_s)

    def stop(self) -> None:
        if self.process.returncode is None:
            self.process.kill()

    def errors(self) -> str:
        path = self.folder / "err"
        return path.read_text(errors="replace") if path.exists() else ""

    def read_records(self) -> dict[str, Record]:
        """Records by Call-ID."""
        records: dict[str, Record] = {}
        path = self.folder / "log"
        for line in path.read_text().splitlines() if path.exists() else []:
            found = re.fullmatch(r"(sent|answered|far end|we);([^;]+);\S+\s+\S+\s+(\d+\.\d+)", line.strip())
            if found is None:
                continue
            record = records.setdefault(found[2], Record())
            if found[1] == "sent":
                record.sent_at = float(found[3])
            elif found[1] == "answered":
                record.answered_at = float(found[3])
            else:
                record.ended_at, record.ended_by = float(found[3]), found[1]
        return records
