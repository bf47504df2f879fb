"""A12: the real server, begun as an operator begins it, spoken to in bytes: twins of length,
slow callers, a stop in the middle of a request, and two processes that keep one book.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest

from creditdesk import audit
from creditdesk.client import Client
from creditdesk.db import Database
from tests.attacks.stage import form_token_of
from tests.builders import POLICY, live
from tests.conftest import LONG
from tests.keys import DATA_KEY, KEYS
from tests.service.conftest import LOAN_NO, fill

ROOT = Path(__file__).resolve().parents[2]
CHEAP = {"CREDITDESK_PASSWORD_PASSES": "1", "CREDITDESK_PASSWORD_MEMORY_KIB": "8"}
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
COPIES = 200 if LONG else 48
FREELY = {"CREDITDESK_API_CALLS": "1000000", "CREDITDESK_API_CALLS_OF_ADDRESS": "1000000"}
SOON = {"CREDITDESK_WORKERS": "2", "CREDITDESK_REQUEST_SECONDS": "5"}
on_sqlite = pytest.mark.parametrize("desk", ["sqlite"], indirect=True)
"""For what the server does before it asks the book anything."""


@contextmanager
def serving(url):
    """Serve a book by two workers; give the port and the process, and end what still runs."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    told = {"CREDITDESK_DATABASE_URL": url, "CREDITDESK_DATA_KEY": DATA_KEY}
    server = subprocess.Popen(
        [sys.executable, "-m", "creditdesk", "serve", "--port", str(port)],
        env=os.environ | told | CHEAP | FREELY | SOON,
        cwd=ROOT,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            if b" 200 " in sent(port, HEALTH):
                break
            assert server.poll() is None
            time.sleep(0.1)
        yield SimpleNamespace(port=port, process=server)
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def desk(request, templates, tmp_path_factory):
    """Return the server of a book on each database: address, port, process and a token."""
    path, held = templates(request.param, fill)
    if request.param == "sqlite":
        copied = shutil.copy(path, tmp_path_factory.mktemp("served") / "book.sqlite")
        url = f"sqlite:///{copied}"
    else:
        server = request.getfixturevalue("postgresql")
        server.create("cd_served", path)
        url = server.url("cd_served")
    with serving(url) as found:
        yield SimpleNamespace(url=url, token=held["can-bo-1"], **vars(found))


def sent(port, request, seconds=5):
    """Return all that a server says to the bytes of one connection."""
    found = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as wire:
            wire.sendall(request)
            wire.shutdown(socket.SHUT_WR)
            while part := wire.recv(65_536):
                found += part
    except OSError:
        pass
    return found


SECOND = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Request-ID: smuggled-0001\r\n\r\n"
POST = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n"
HOSTILE = {
    "length and chunks": POST
    + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 80\r\n\r\n",
    "a list of lengths": POST + b"Content-Length: 0, 80\r\n\r\n",
    "a signed length": POST + b"Content-Length: +0\r\n\r\n",
    "a length in other digits": POST + "Content-Length: ٠\r\n\r\n".encode(),
    "chunks misspelt": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
    "chunks with a space": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "chunks on a folded line": POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
    "a size that is none": POST + b"Transfer-Encoding: chunked\r\n\r\n0x1\r\nA\r\n0\r\n\r\n",
    "a header with NUL": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
    "a header without name": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n",
    "two hosts": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil\r\n\r\n",
    "many headers": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 500 + b"\r\n",
    "a long address": b"GET /" + b"x" * 9_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "another version": b"GET /healthz HTTP/3.9\r\nHost: localhost\r\n\r\n",
}


@on_sqlite
def test_the_real_server_refuses_what_two_readers_could_read_in_two_ways(desk):
    found = {}
    for name, request in HOSTILE.items():
        answer = sent(desk.port, request + SECOND)
        if b"smuggled-0001" in answer or b" 200 " in answer.split(b"\r\n")[0]:
            found[name] = answer[:80]
    well = sent(desk.port, HEALTH)
    piped = sent(desk.port, HEALTH + SECOND)
    forwarded = sent(desk.port, HEALTH[:-2] + b"X-Forwarded-Proto: https\r\n\r\n")

    assert found == {}
    assert b" 200 " in well
    # One connection, one answer: what is sent behind a request is read by nobody.
    assert piped.count(b"HTTP/1.1 ") == 1
    assert b"Strict-Transport" not in forwarded


def a_guess(port):
    """Return how the server answers a wrong password, on a connection of its own."""
    http = HTTPConnection("127.0.0.1", port, timeout=30)
    http.request("GET", "/sign-in", headers={"Host": "localhost"})
    page = http.getresponse()
    html = page.read().decode()
    cookie = "; ".join(one.split(";")[0] for one in page.headers.get_all("Set-Cookie", []))
    http.close()
    said = {"name": "an", "password": "không phải", "form_token": form_token_of(html)}
    headers = {"Host": "localhost", "Cookie": cookie}
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    http.request("POST", "/sign-in", urlencode(said), headers)
    status = http.getresponse().status
    http.close()
    return status


def booked(url):
    """Return the numbers of the receipts that count, after proving the book."""
    book = Database(url, KEYS)
    with book.read() as tx:
        assert audit.verify(tx, POLICY).faults == []
        found = [one.event.receipt_no.partition("/")[0] for one in live(tx, LOAN_NO)][1:]
    book.close()
    return found


def answered(wire):
    """Return what still comes on a connection until the other side ends it."""
    found = b""
    try:
        while part := wire.recv(65_536):
            found += part
    except ConnectionError:
        pass
    return found


def test_two_processes_count_guesses_together_and_book_a_receipt_once(desk):
    client = Client(f"http://127.0.0.1:{desk.port}/api/v1", desk.token, tries=10)
    said = {"loan_no": LOAN_NO, "day": "2026-06-12", "receipt_no": "T1"}
    said |= {"principal": 0, "interest": 1_000}
    with ThreadPoolExecutor(16) as pool:
        copies = [
            pool.submit(client.post, "/receipts", said, key="one-key-for-all")
            for _ in range(COPIES)
        ]
        answers = [copy.result() for copy in copies]
        guesses = list(pool.map(a_guess, [desk.port] * 12))

    assert {answer.status for answer in answers} == {201}
    assert sum(not answer.replayed for answer in answers) == 1
    assert "T1" in booked(desk.url)
    assert sorted(guesses) == [403] * 5 + [429] * 7


def a_post(token, key):
    """Return the bytes of a receipt, its head and its body."""
    said = {"loan_no": LOAN_NO, "day": "2026-06-12", "receipt_no": key, "principal": 1}
    body = json.dumps(said | {"interest": 0}).encode()
    head = (
        "POST /api/v1/receipts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {key}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode(), body


SLOW = {
    "a head without end": lambda token: HEALTH[:-2],
    "a body that does not come": lambda token: a_post(token, "slow-0001")[0] + b"{",
}


@on_sqlite
def test_a_slow_caller_holds_a_worker_for_so_long_and_no_longer(desk):
    slow = []
    for begun in SLOW.values():
        slow.append(socket.create_connection(("127.0.0.1", desk.port), timeout=30))
        slow[-1].sendall(begun(desk.token))
    # Both workers are held; whoever waits is answered once these are ended.
    assert b" 200 " in sent(desk.port, HEALTH, seconds=30)
    told = b"".join(answered(one) for one in slow)
    for one in slow:
        one.close()
    assert b" 200 " not in told
    assert b" 201 " not in told
    assert b"Traceback" not in told
    assert b" 200 " in sent(desk.port, HEALTH)


@on_sqlite
def test_a_stop_finishes_what_was_begun(desk):
    head, body = a_post(desk.token, "begun-0001")
    with socket.create_connection(("127.0.0.1", desk.port), timeout=30) as wire:
        wire.sendall(head + body[:9])
        time.sleep(0.5)
        desk.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        wire.sendall(body[9:])
        status = answered(wire)[:12]
    ended = desk.process.wait(30)

    assert status == b"HTTP/1.1 201"
    assert ended == 0
    assert "begun-0001" in booked(desk.url)
