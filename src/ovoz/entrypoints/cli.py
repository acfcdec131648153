"""`ovoz`: the command line. Every command reads its settings from the environment (`OVOZ_*`)."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import psutil

from ovoz.engines import asterisk_package, stack
from ovoz.engines.host import EngineMissing, PortTaken, need_program
from ovoz.engines.layout import Layout
from ovoz.entrypoints import processes
from ovoz.entrypoints.audit_commands import audit
from ovoz.entrypoints.call_command import call
from ovoz.entrypoints.doctor import write_report
from ovoz.entrypoints.fleet_commands import fleet
from ovoz.entrypoints.installation import load_settings
from ovoz.entrypoints.invite_commands import invite_to_tenant, provider
from ovoz.entrypoints.key_commands import keys
from ovoz.entrypoints.tenant_commands import tenant
from ovoz.lib.settings import REPOSITORY, Settings

UP_TIMEOUT_S = 1200
DOWN_TIMEOUT_S = 60


@click.group()
def main() -> None:
    """Ovoz: contact centre and CRM for mobile operators."""


@main.command()
def up() -> None:
    """Start everything in the background and return when it is ready."""
    settings = load_settings()
    layout = Layout(settings)
    layout.create()
    if _supervisor_pid(layout) is not None:
        click.echo("Ovoz runs already.", err=True)
    else:
        _begin(settings, layout)
    _follow_until_ready(settings, layout)
    welcome = layout.run / "welcome.json"
    if welcome.exists():
        click.echo()
        for line in json.loads(welcome.read_text())["lines"]:
            click.echo(line)


def _begin(settings: Settings, layout: Layout) -> None:
    for name in ("status.json", "frontend.ready", "welcome.json"):
        (layout.run / name).unlink(missing_ok=True)
    (layout.log / "supervisor.log").unlink(missing_ok=True)
    # Appending: a writer that kept its own place would undo the limiting of the log.
    with (layout.log / "supervisor.log").open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ovoz", "supervise"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env={**os.environ, "OVOZ_HOME": str(settings.home)},
            cwd=REPOSITORY,
        )
    began = psutil.Process(process.pid).create_time()
    processes.supervisor_file(layout).write_text(json.dumps({"pid": process.pid, "began": began}))


def _follow_until_ready(settings: Settings, layout: Layout) -> None:
    """Shows the supervisor's progress and each unit's state as it changes."""
    began = time.monotonic()
    told: dict[str, str] = {}
    with (layout.log / "supervisor.log").open(errors="replace") as progress:
        while time.monotonic() - began < UP_TIMEOUT_S:
            for line in progress.readlines():
                if line.startswith("  "):
                    click.echo(line.rstrip(), err=True)
            units = _status(layout)
            for name, unit in units.items():
                if told.get(name) != unit["state"] and unit["state"] not in ("stopped",):
                    told[name] = str(unit["state"])
                    seconds = time.monotonic() - began
                    note = f" ({unit['detail']})" if unit["detail"] else ""
                    click.echo(f"  {seconds:6.1f} s  {name:<12} {unit['state']}{note}", err=True)
            settled = units and all(
                unit["state"] in ("running", "external", "missing") for unit in units.values()
            )
            if settled and (layout.run / "frontend.ready").exists():
                return
            if _supervisor_pid(layout) is None:
                tail = (layout.log / "supervisor.log").read_text(errors="replace").strip().splitlines()
                raise click.ClickException(tail[-1] if tail else "the supervisor ended; see `make logs`")
            time.sleep(0.1)
    raise click.ClickException("not everything became ready in time; see `make status` and `make logs`")


@main.command()
def down() -> None:
    """Stop everything in order."""
    settings = load_settings()
    layout = Layout(settings)
    pid = _supervisor_pid(layout)
    if pid is None:
        ended = stack.end_leftovers(settings, layout)
        click.echo(f"Ovoz does not run{'; ended ' + ', '.join(ended) if ended else ''}.", err=True)
        return
    os.kill(pid, signal.SIGTERM)
    began = time.monotonic()
    while _supervisor_pid(layout) is not None:
        if time.monotonic() - began > DOWN_TIMEOUT_S:
            raise click.ClickException(f"not stopped within {DOWN_TIMEOUT_S:g} s; see `make status`")
        time.sleep(0.05)
    processes.supervisor_file(layout).unlink(missing_ok=True)
    click.echo("Ovoz is stopped.", err=True)


@main.command()
def status() -> None:
    """Print one JSON object: every engine and process."""
    layout = Layout(load_settings())
    click.echo(json.dumps(_status(layout), indent=2, ensure_ascii=False))


@main.command()
@click.argument("names", nargs=-1)
def logs(names: tuple[str, ...]) -> None:
    """Follow the logs, of all or of some."""
    layout = Layout(load_settings())
    files = [str(path) for path in sorted(layout.log.glob("*.log")) if not names or path.stem in names]
    if not files:
        raise click.ClickException("there are no logs yet")
    os.execvp("tail", ["tail", "-n", "20", "-F", *files])  # noqa: S606, S607


@main.command()
def doctor() -> None:
    """Write one file with versions, states and logs; no personal data, no secrets."""
    layout = Layout(load_settings())
    click.echo(write_report(layout, _status(layout)))


@main.command(hidden=True)
def supervise() -> None:
    """What `up` starts in the background."""
    try:
        asyncio.run(processes.supervise(load_settings()))
    except (PortTaken, EngineMissing, RuntimeError) as error:
        click.echo(str(error), err=True)
        sys.exit(1)


@main.command(hidden=True)
def setup() -> None:
    """Migrations, the cell, the demo operators."""
    from ovoz.entrypoints.setup import prepare

    asyncio.run(prepare(load_settings()))


def _process(name: str) -> None:
    @main.command(name=name, help=f"Run the {name} in the foreground.")
    def run() -> None:
        from importlib import import_module

        import_module(f"ovoz.entrypoints.{name}").main()


for _name in ("api", "worker", "relay", "simulator"):
    _process(_name)


@main.command()
@click.option("--unit", default="switchboard", help="Name of this process among those that share the cell.")
def switchboard(unit: str) -> None:
    """Run a switchboard in the foreground: it waits for the cell, then works."""
    from ovoz.entrypoints import switchboard as process

    process.main(unit)


@main.command()
def refused() -> None:
    """Print what of the calls' journal Postgres did not take: one JSON object a line, with the error.

    It names callers: nobody else should read it.
    """
    from ovoz.entrypoints.switchboard import print_refused

    print_refused(load_settings())


tenant.add_command(invite_to_tenant)
main.add_command(tenant)
main.add_command(provider)
main.add_command(fleet)
main.add_command(call)
main.add_command(audit)
main.add_command(keys)


@main.command()
@click.option("--check", is_flag=True, help="Change nothing; fail where a file is not up to date.")
def generate(*, check: bool) -> None:
    """Write the files that are made from the code: the blueprints' schema, the API's document."""
    from ovoz.entrypoints.generated import generate as write

    differing = write(check=check)
    for path in differing:
        click.echo(f"{path} {'is not up to date: run `make generate`' if check else 'written'}")
    sys.exit(1 if check and differing else 0)


@main.command()
def snapshot() -> None:
    """Write migrations/tenant/snapshot.sql anew, from the migrations."""
    from ovoz.entrypoints.snapshot import write_snapshot

    path = asyncio.run(write_snapshot(load_settings()))
    click.echo(f"{path.relative_to(REPOSITORY)} written")


@main.group()
def engines() -> None:
    """PostgreSQL, Valkey, RabbitMQ, Asterisk."""


def _package() -> asterisk_package.AsteriskPackage:
    settings = load_settings()
    return asterisk_package.AsteriskPackage(
        Layout(settings).shared, settings.data_dir / "asterisk" / "packages.lock"
    )


@engines.command()
def get() -> None:
    """Fetch and unpack Asterisk, if it is not here."""
    try:
        _package().get()
    except EngineMissing as error:
        raise click.ClickException(str(error)) from None


@engines.command()
def verify() -> None:
    """Compare the Asterisk that is here with asterisk/packages.lock."""
    differences = _package().verify()
    for line in differences:
        click.echo(line)
    click.echo(f"{len(differences)} differences from asterisk/packages.lock")
    sys.exit(1 if differences else 0)


@engines.command()
def lock() -> None:
    """Record the Asterisk that is here in asterisk/packages.lock."""
    _package().write_lock()


@engines.command("test-tools")
def get_test_tools() -> None:
    """Fetch what only the tests need: Chromium and SIPp."""
    try:
        need_program("chromium", "chromium", "tests in a browser need Chromium")
        need_program("sipp", "sip-tester", "telephony tests need SIPp")
    except EngineMissing as error:
        raise click.ClickException(str(error)) from None


def _status(layout: Layout) -> dict[str, dict[str, object]]:
    path = processes.status_file(layout)
    units: dict[str, dict[str, object]] = {}
    with contextlib.suppress(OSError, ValueError):
        units = json.loads(path.read_text())
    if _supervisor_pid(layout) is None:
        for unit in units.values():
            if unit["state"] not in ("missing", "external"):
                unit.update(state="stopped", pid=None, detail="")
    return units


def _supervisor_pid(layout: Layout) -> int | None:
    path: Path = processes.supervisor_file(layout)
    try:
        known = json.loads(path.read_text())
        process = psutil.Process(known["pid"])
        alive = abs(process.create_time() - known["began"]) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (OSError, ValueError, psutil.Error):
        return None
    return int(known["pid"]) if alive else None
