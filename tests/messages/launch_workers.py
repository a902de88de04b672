"""Forks real `manage.py run_worker` processes, one for each line on its input, so that killing many takes no minutes.

    python launch_workers.py        (then, a line each: the arguments of run_worker)

Answers each line with the process id of a new worker, which has this process's settings and nothing else of it.
"""

import os
import signal
import sys
from pathlib import Path


def main() -> None:
    """Set Django up once, then fork a worker for each line."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent))
    os.environ["DJANGO_SETTINGS_MODULE"] = "tracker.settings"
    import django

    django.setup()
    from django.core.management import execute_from_command_line

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the dead
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.close(0)
            os.dup2(2, 1)
            execute_from_command_line(["manage.py", "run_worker", *line.split()])
            os._exit(0)
        print(pid, flush=True)


if __name__ == "__main__":
    main()
