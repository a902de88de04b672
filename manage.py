#!/usr/bin/env python
"""Django's command line for Mendline."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    from tracker.preflight import manage

    sys.exit(manage(sys.argv))
