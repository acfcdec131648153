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
for part in "unit architecture data" "integration contract" telephony e2e; do
  folders=()
  for name in $part; do
    [ -n "$(find "tests/$name" -name 'test_*.py' -print -quit 2>/dev/null)" ] && folders+=("tests/$name")
  done
  [ ${#folders[@]} -gt 0 ] || continue
  run "$part" .venv/bin/python -m pytest -q "${folders[@]}"
done
