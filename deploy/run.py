"""The demo on this machine: database, demo people, server and worker; stops as a whole when a part of it stops."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PORT = os.environ.get("PORT", "8000")
ADDRESS = f"http://127.0.0.1:{PORT}"
STOPS_WITHIN = 10  # seconds


def main() -> int:
    """Prepare, start both processes, wait; the exit status is 0 only when somebody asked to stop."""
    os.chdir(ROOT)
    os.environ |= {"MENDLINE_DEBUG": "1", "MENDLINE_SITE_URL": ADDRESS, "PORT": PORT}
    if _port_is_taken():
        print(f"Port {PORT} is in use. Choose another: make run PORT=8001", file=sys.stderr)
        return 1
    for command in (["migrate", "--verbosity", "0"], ["createcachetable"], ["load_demo"]):
        if subprocess.run([sys.executable, "manage.py", *command], check=False).returncode:
            return 1  # the command has said why
    print(f"\nMendline is at {ADDRESS}\nIts e-mails can be read at {ADDRESS}/demo/mail/\nCtrl-C stops it.", flush=True)
    parts = {
        "server": [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.conf.py", "--log-level", "warning"],
        "worker": [sys.executable, "manage.py", "run_worker"],
    }
    return _run({name: subprocess.Popen(command) for name, command in parts.items()})


def _run(parts: dict[str, subprocess.Popen]) -> int:
    stopped = ""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        while not stopped:
            time.sleep(0.5)
            stopped = next((name for name, part in parts.items() if part.poll() is not None), "")
        print(f"The {stopped} stopped, so everything stops.", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
    with contextlib.suppress(KeyboardInterrupt):  # a second Ctrl-C
        _stop(parts.values())
    return 1 if stopped else 0


def _stop(parts) -> None:
    for part in parts:
        part.terminate()
    ends = time.monotonic() + STOPS_WITHIN
    for part in parts:
        try:
            part.wait(max(0.1, ends - time.monotonic()))
        except subprocess.TimeoutExpired:
            part.kill()


def _port_is_taken() -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(PORT)))
        except OSError:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
