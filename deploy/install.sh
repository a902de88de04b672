#!/bin/sh
# Installs a lock file into .venv, every package checked against its hash; by uv where it is there.
set -e
echo "Installing $1 ..."
if command -v uv >/dev/null 2>&1; then
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "$1"
else
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
fi
