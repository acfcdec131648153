#!/usr/bin/env bash
# Makes .venv with everything uv.lock names. Needs Python 3.11 or newer; uv is taken where it is, else from PyPI.
set -euo pipefail
cd "$(dirname "$0")/.."
python=$(command -v python3.11 || command -v python3)
"$python" - <<'CHECK'
import sys
sys.exit(None if sys.version_info >= (3, 11) else f"Ovoz needs Python 3.11 or newer, this is {sys.version.split()[0]}")
CHECK
if ! command -v uv >/dev/null; then
  if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ]; then
      apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-venv
    else
      echo "Python's venv is missing: ask an administrator for 'apt-get install python3-venv'." >&2
      exit 1
    fi
  fi
  tools=.ovoz/tools
  [ -x "$tools/bin/uv" ] || { echo "  fetching uv" >&2; "$python" -m venv "$tools"; "$tools/bin/pip" install -q uv; }
  PATH="$PWD/$tools/bin:$PATH"
fi
echo "  installing Python packages" >&2
uv sync --frozen --quiet --python "$python"
