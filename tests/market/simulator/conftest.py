"""Small markets for the tests of the simulator."""

from collections.abc import Callable

import pytest

from dipmaster.core.params.market import Informativeness, SimulatorParams

Dials = Callable[..., SimulatorParams]


@pytest.fixture(scope="session")
def dials() -> Dials:
    """Dials of a small market; name those that should differ."""

    def build(**changes: object) -> SimulatorParams:
        known = Informativeness(bars=1.2, order_book=1.2, on_chain=2.4, sentiment=2.4)
        small = SimulatorParams(
            seed=7,
            coins=2,
            days=20,
            start="2023-01-01",
            edge=0.8,
            reversion_rate=0.1,
            jumps_per_day=2.0,
            informativeness=known,
        )
        channels = {
            name: changes.pop(name)
            for name in list(changes)
            if name in Informativeness.model_fields
        }
        known = known.model_copy(update=channels)
        return small.model_copy(update={**changes, "informativeness": known})

    return build
