#!/usr/bin/env bash
# Every test, the cheap ones first; each part says how long it took.
set -euo pipefail
cd "$(dirname "$0")/.."
.venv/bin/ovoz engines test-tools
for part in "unit architecture data" "integration contract" telephony e2e; do
  folders=()
  for name in $part; do
    [ -n "$(find "tests/$name" -name 'test_*.py' -print -quit 2>/dev/null)" ] && folders+=("tests/$name")
  done
  [ ${#folders[@]} -gt 0 ] || continue
  echo "== $part"
  began=$SECONDS
  .venv/bin/python -m pytest -q "${folders[@]}"
  echo "== $part: $((SECONDS - began)) s"
done
