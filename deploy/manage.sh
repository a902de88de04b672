#!/bin/sh
# manage.py with the settings that systemd gives server and worker, e.g. `deploy/manage.sh migrate`.
set -e
file=${ENV_FILE:-/etc/mendline.env}
if [ "$(ls -ldL "$file" | cut -c 8-10)" != "---" ]; then
    echo "Everybody on this machine may read $file, which holds secrets. Run: chmod 640 $file" >&2
    exit 1
fi
set -a
. "$file"
set +a
cd "$(dirname "$0")/.."
exec .venv/bin/python manage.py "$@"
