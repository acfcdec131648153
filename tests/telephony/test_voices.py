"""What the simulated subscribers say is there to be said."""

import random
from pathlib import Path

from tests.support.stack import Stack

from ovoz.simulator.behaviour import make_plan


async def test_every_phrase_is_there(stack: Stack) -> None:
    plans = [make_plan(random.Random(seed), "+992900000101") for seed in range(2000)]
    said = {name for plan in plans for sentence in (*plan.says, plan.goodbye) for name in sentence.phrases}
    sounds = Path(stack.endpoints.sounds_dir)
    assert said
    assert [name for name in sorted(said) if not (sounds / f"{name}.wav").exists()] == []
