"""Children to be killed, stopped and woken: forked from a warm process that holds no connection.

    with Nursery() as nursery:
        told = nursery.run("close_day", url, day="2026-04-02", kill_after=0.03)

`told` holds `status` (0, or minus the signal that ended the child), `seconds`, and what the act
returned as `said`. The warm process speaks JSON, a line each way, and ends with its input.
"""

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from datetime import date, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Nursery:
    """A warm process that forks a child for each act and can kill it after a while."""

    def __enter__(self):
        command = [sys.executable, "-m", "tests.faults.child"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()

    def run(self, act, url, **facts):
        """Fork a child that does one act, and return what became of it."""
        return self._ask(
            {
                "act": act,
                "url": url if isinstance(url, str) else url.render_as_string(False),
                **facts,
            }
        )

    def wake(self):
        """Let a child that stopped itself go on, and return what became of it."""
        return self._ask({"act": "wake"})

    def _ask(self, wish):
        self.process.stdin.write(f"{json.dumps(wish)}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def main():
    """Answer wishes until the input ends."""
    from tests.faults import acts

    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    stopped = None
    for line in sys.stdin:
        wish = json.loads(line)
        if wish["act"] == "wake":
            os.kill(stopped[0], signal.SIGCONT)
            told = follow(*stopped)
        else:
            stopped = fork(acts, wish)
            told = follow(*stopped, wish.get("kill_after"))
        answers.write(f"{json.dumps(told)}\n")
        answers.flush()


def fork(acts, wish):
    """Fork a child that does one act and tells its end through a pipe."""
    reads, writes = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writes)
        return pid, reads
    status = 1
    try:
        facts = {key: value for key, value in wish.items() if key not in ("act", "kill_after")}
        said = getattr(acts, wish["act"])(**facts)
        os.write(writes, json.dumps(said).encode())
        status = 0
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
    os._exit(status)


def follow(pid, reads, kill_after=None):
    """Wait for a child's end or stop, killing it after a while if wished."""
    begun = time.monotonic()
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, os.WUNTRACED)
    seconds = time.monotonic() - begun
    if os.WIFSTOPPED(status):
        return {"status": "stopped", "seconds": seconds, "said": None}
    said = os.read(reads, 65536)
    os.close(reads)
    code = -os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
    return {"status": code, "seconds": seconds, "said": json.loads(said) if said else None}


def day_of(text):
    """Return the day of an ISO text."""
    return date.fromisoformat(text)


def moment_of(text):
    """Return the moment of an ISO text."""
    return datetime.fromisoformat(text)


if __name__ == "__main__":
    main()
