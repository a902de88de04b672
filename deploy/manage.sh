#!/bin/sh
# manage.py with the settings that systemd gives server and worker, e.g. `deploy/manage.sh migrate`.
set -e
set -a
. "${ENV_FILE:-/etc/mendline.env}"
set +a
cd "$(dirname "$0")/.."
exec .venv/bin/python manage.py "$@"
