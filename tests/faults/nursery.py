"""Senders that come back: a process that has loaded the portal, and forks a new sender for each that is killed.

What a sender does is `manage.py drain --loop`; loading the portal anew for each would take longer than the kill.
"""

import os
import signal
import sys

from scripts.processes import die_with_parent


def main(senders: int) -> None:
    """Keep so many senders running until this process is ended."""
    import django

    django.setup()
    from django.core.management import call_command

    import portal.urls  # noqa: F401 -- loads what a mail needs, before the first fork

    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
    running: set[int] = set()
    while True:
        while len(running) < senders:
            child = os.fork()
            if child == 0:
                die_with_parent()
                call_command("drain", loop=True, pause=0.05)
                os._exit(0)
            running.add(child)
        ended, _status = os.wait()
        running.discard(ended)


if __name__ == "__main__":
    main(int(sys.argv[1]))
