#!/bin/sh
# Makes .venv with the Python named by the first argument: 3.11 or newer, by uv where it is there.
set -e
python=$1
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "Mendline needs Python 3.11 or newer; \"$python\" is not. Name another: make PYTHON=python3.12 ..." >&2
    exit 1
fi
if command -v uv >/dev/null 2>&1 && uv venv --quiet --seed --allow-existing --python "$python" .venv; then
    exit 0
fi
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo "Please install Python's venv module first (Debian, Ubuntu: sudo apt-get install python3-venv)." >&2
        exit 1
    fi
    apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null
fi
"$python" -m venv .venv
