"""`ovoz call`: places one call through the simulated operator and follows it to its end."""

import asyncio
from typing import Any

import aiohttp
import click
import msgspec

from ovoz.entrypoints.installation import load_settings

WORDS = {
    "calling": "calling {to} from {from}",
    "ringing": "rings",
    "waiting": "answered: greeting or music",
    "talking": "somebody is there",
    "over": "over: {detail}",
}
PATIENCE_S = 600.0


@click.command()
@click.option("--to", required=True, help="Number to call, e.g. +992446000100.")
@click.option("--from", "from_", required=True, help="Number that calls, e.g. +992900000101.")
@click.option("--hidden", is_flag=True, help="Withhold the number.")
@click.option("--seconds", type=float, help="Talk so long, then hang up.")
@click.option("--patience", "patience_s", type=float, default=PATIENCE_S, help="Wait so long for an agent.")
@click.option("--digits", help="Keys to press 2 s after the answer.")
def call(
    to: str, from_: str, *, hidden: bool, seconds: float | None, patience_s: float, digits: str | None
) -> None:
    """Place one call as a subscriber of the simulated operator; Ctrl-C hangs up."""
    order = {"to": to, "from": from_, "hidden": hidden, "patience_s": patience_s}
    order |= {name: value for name, value in (("seconds", seconds), ("digits", digits)) if value is not None}
    address = f"http://127.0.0.1:{load_settings().ports.simulator_http}"
    try:
        asyncio.run(_follow(address, order))
    except aiohttp.ClientConnectorError:
        message = f"the simulated operator does not run at {address}: start it with `make up` (OVOZ_DEMO=1)."
        raise click.ClickException(message) from None
    except aiohttp.ClientError as error:
        raise click.ClickException(f"the simulated operator went away: {error}") from None
    except KeyboardInterrupt:
        click.echo("hung up")


async def _follow(address: str, order: dict[str, Any]) -> None:
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
    async with aiohttp.ClientSession(address, timeout=timeout) as session:
        async with session.post("/calls", json=order) as answer:
            placed = msgspec.json.decode(await answer.read())
            if answer.status != 201:
                raise click.ClickException(_in_words(placed))
        path = f"/calls/{placed['id']}"
        try:
            async with session.get(f"{path}/changes") as lines:
                async for line in lines.content:
                    _say(msgspec.json.decode(line), order)
        except asyncio.CancelledError:
            async with session.delete(path):
                raise


def _say(change: dict[str, Any], order: dict[str, Any]) -> None:
    if "id" in change:
        click.echo(
            f"          {change['packets_sent']} packets sent, {change['packets_received']} received,"
            f" longest gap {change['longest_gap_ms']} ms"
        )
        return
    words = WORDS[change["state"]].format(**order, detail=change["detail"])
    click.echo(f"{change['after_s']:7.2f} s  {words}")


def _in_words(problem: dict[str, Any]) -> str:
    errors = "; ".join(
        f"{each['pointer'].lstrip('/')}: {each['detail']}" for each in problem.get("errors", [])
    )
    return f"{problem['title']}: {errors or problem.get('detail', '')}"
