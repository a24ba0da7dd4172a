"""No orphan: the server ends when the process that wanted it ends, however that one ended."""

import logging
import os
import select
import signal
import threading
import time

POLL_SECONDS = 1.0
GRACE_SECONDS = 5.0
logger = logging.getLogger(__name__)


def follow(pid: int) -> None:
    """Watches process `pid` from a thread; when it is gone this one gets SIGTERM, and after a grace period ends hard.

    Works from anywhere in the tree: between us and `pid` there may be a wrapper such as `uv run`.
    """
    threading.Thread(target=_watch, args=(pid,), name="parent", daemon=True).start()


def _watch(pid: int) -> None:
    _wait_for_end(pid)
    logger.warning("process %d, which wanted us, is gone: ending", pid)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)


def _wait_for_end(pid: int) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    except (AttributeError, OSError):  # not Linux, or an old kernel
        _poll(pid)
        return
    waiting = select.poll()
    waiting.register(handle, select.POLLIN)
    waiting.poll()
    os.close(handle)


def _poll(pid: int) -> None:
    while _alive(pid):
        time.sleep(POLL_SECONDS)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's process: it is there
        return True
    return True
