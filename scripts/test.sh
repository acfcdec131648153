#!/usr/bin/env bash
# Every test, the cheap ones first; each part says how long it took.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/ovoz engines test-tools
run() {
  echo "== $1"
  local began=$SECONDS
  "${@:2}"
  echo "== $1: $((SECONDS - began)) s"
}
run "desk unit" .venv/bin/python -m ovoz.engines.frontend test
tests() {
  run "$*" .venv/bin/python -m pytest -q "${@/#/tests/}"
}
tests unit architecture data
# Each with engines of its own: what one folder does to them is nothing to the next.
for folder in tests/integration/[a-z]*/; do
  tests "integration/$(basename "$folder")"
done
tests contract
tests telephony
tests e2e
