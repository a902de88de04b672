#!/bin/sh
# Installs a lock file of tools into .venv-tools: they look at the dependencies, and are none of them.
set -e
.venv/bin/python -m venv .venv-tools
.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
