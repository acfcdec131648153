"""Long runs against engines; the fixtures are those of the integration tests."""

from tests.integration.api.conftest import api, browser, house, operator
from tests.integration.conftest import engines

__all__ = ["api", "browser", "engines", "house", "operator"]
