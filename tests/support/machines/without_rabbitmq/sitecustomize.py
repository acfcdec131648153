"""First on PYTHONPATH: a machine on which RabbitMQ is not installed, and nobody may install it."""

from collections.abc import Sequence
from pathlib import Path

from ovoz.engines import rabbitmq
from ovoz.engines.host import EngineMissing


def refuse(packages: Sequence[str], why: str) -> None:
    raise EngineMissing(f"{why}: ask an administrator for `apt-get install {' '.join(packages)}`.")


rabbitmq.SERVER = Path("not-installed")
rabbitmq.apt_install = refuse
