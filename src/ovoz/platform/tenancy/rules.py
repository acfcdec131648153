"""What a blueprint must hold true beyond its shape."""

from collections.abc import Iterable

from ovoz.platform.tenancy.schemas import Blueprint


def faults(blueprint: Blueprint) -> list[str]:
    """Every contradiction in a blueprint, in words with its place; empty when there is none."""
    found: list[str] = []
    emails = {user.email for user in blueprint.users}
    agents = {user.email for user in blueprint.users if "agent" in user.roles}
    codes = {queue.code for queue in blueprint.queues}
    for queue in blueprint.queues:
        for member in queue.members:
            if member not in emails:
                found.append(f"queues.{queue.code}.members: {member} is not among the users")
            elif member not in agents:
                found.append(f"queues.{queue.code}.members: {member} has not the role agent")
    for entry in blueprint.entry_points:
        if entry.queue not in codes:
            known = ", ".join(sorted(codes))
            found.append(
                f"entry_points.{entry.number}.queue: there is no queue {entry.queue} (there are {known})"
            )
    found += _repeated("users", (user.email for user in blueprint.users))
    found += _repeated("queues", (queue.code for queue in blueprint.queues))
    found += _repeated("entry_points", (entry.number for entry in blueprint.entry_points))
    found += _repeated("break_reasons", (reason.code for reason in blueprint.break_reasons))
    found += _repeated("dispositions", (disposition.code for disposition in blueprint.dispositions))
    found += _repeated("subscribers", (subscriber.number for subscriber in blueprint.subscribers))
    return found


def _repeated(where: str, keys: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    twice = [key for key in keys if key in seen or seen.add(key)]  # type: ignore[func-returns-value]
    return [f"{where}: {key} stands there twice" for key in twice]
