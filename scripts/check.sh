#!/usr/bin/env bash
# Everything that can be said about the code without running it.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/ruff format --check --quiet .
.venv/bin/ruff check --quiet .
.venv/bin/mypy
.venv/bin/lint-imports >/dev/null || { .venv/bin/lint-imports; exit 1; }
.venv/bin/ovoz generate --check
.venv/bin/python -m ovoz.engines.frontend generate:check lint typecheck
echo "all is well"
