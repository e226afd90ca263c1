# SPDX-FileCopyrightText: 2026 The Murmurscope authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sends messages to the hub from a thread of its own. The queue before it is bounded; what does not fit, and what the
hub never took, is counted and told with the next request that goes through."""

import atexit
import collections
import http.client
import os
import socket
import sys
import threading
import time
import urllib.parse

from .encode import encode

MOST_MESSAGES = 10000
MOST_BYTES = 16 * 1024 * 1024
MOST_IN_BODY = 400  # so that their waiting times fit into the head of a request
MOST_BYTES_IN_BODY = 1024 * 1024
PATIENCE = 3.0  # seconds for a hub that is away
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
ANSWER = 5.0  # seconds
LAST_WORDS = 1.0  # seconds that the end of the program may wait for what is still to be sent


class Sender:
    def __init__(self, hub, token=""):
        parts = urllib.parse.urlsplit(hub)
        self._host = parts.hostname or "127.0.0.1"
        self._port = parts.port or 7777
        self._family, self._address = socket.AF_INET, (self._host, self._port)
        try:
            # Once and here: a process that is forked while a thread looks a name up can look up none.
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)[0]
            self._family, self._address = found[0], found[4]
        except Exception:
            pass
        self._token = token
        self._begin()
        atexit.register(self.flush, LAST_WORDS)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin_in_child)

    _connection = None

    def _begin(self):
        self._changed = threading.Condition(threading.Lock())
        self._waiting = collections.deque()  # (bytes, when, of those before it dropped)
        self._bytes = 0
        self._dropped = 0
        self._left_out = 0
        self._thread = None
        self._connection = None
        self._pid = os.getpid()

    def _begin_in_child(self):
        """What the parent has queued is the parent's to send; threads and connections do not survive a fork."""
        try:
            self._hang_up()  # our copy of it
        except Exception:
            pass
        self._begin()

    def send(self, message):
        """Queues one message. Never waits for more than a moment, never raises."""
        try:
            when = time.monotonic()
            text = encode(message)
            with self._changed:
                if text is None or len(self._waiting) >= MOST_MESSAGES or self._bytes >= MOST_BYTES:
                    self._dropped += 1
                    return
                self._waiting.append((text, when, self._dropped))
                self._dropped = 0
                self._bytes += len(text)
                if self._thread is None:
                    self._start()
                self._changed.notify()
        except Exception:
            pass

    def _start(self):
        self._thread = threading.Thread(target=self._run, name="murmurscope", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending
            self._thread = None
            return
        # A forked process of multiprocessing ends without atexit.
        util = sys.modules.get("multiprocessing.util")
        process = sys.modules.get("multiprocessing.process")
        if util is not None and process is not None and process.parent_process() is not None:
            util.Finalize(None, self.flush, args=(LAST_WORDS,), exitpriority=-100)

    def flush(self, most):
        """Waits until all is sent, at most so many seconds."""
        try:
            until = time.monotonic() + most
            with self._changed:
                while self._waiting and self._thread is not None and self._thread.is_alive():
                    left = until - time.monotonic()
                    if left <= 0:
                        return
                    self._changed.wait(min(left, 0.05))
            self._hang_up()
        except Exception:
            pass

    def _run(self):
        try:
            while True:
                with self._changed:
                    while not self._waiting:
                        self._changed.wait()
                    batch = self._take_batch()
                self._deliver(batch)
                with self._changed:
                    for text, _, _ in batch:
                        self._waiting.popleft()
                        self._bytes -= len(text)
                    self._changed.notify_all()
        except Exception:
            self._thread = None  # the next message starts another

    def _take_batch(self):
        """Messages from the front of the queue; they stay there until they are dealt with."""
        batch = []
        size = 0
        for item in self._waiting:
            size += len(item[0])
            if len(batch) >= MOST_IN_BODY or (batch and size > MOST_BYTES_IN_BODY):
                break
            batch.append(item)
        return batch

    def _deliver(self, batch):
        self._left_out += sum(item[2] for item in batch)
        away_since = None
        tries = 0
        while True:
            result = self._post(batch)
            if result == "taken":
                return
            now = time.monotonic()
            away_since = away_since if away_since is not None else now
            if result == "lost" or now - away_since >= PATIENCE:
                self._left_out += len(batch)
                return
            time.sleep(PAUSES[min(tries, len(PAUSES) - 1)])
            tries += 1

    def _post(self, batch):
        """"taken"; "again": the hub does not know of it; "lost": it may know, and it is not sent twice."""
        lines = [item[0] for item in batch]
        now = time.monotonic()
        waited = [str(max(0, int((now - item[1]) * 1e6))) for item in batch]
        headers = {"Content-Type": "application/x-ndjson"}
        counted = self._left_out
        if counted:
            lines.insert(0, self._left_out_line(counted))
            waited.insert(0, "0")
            headers["Murmurscope-Left-Out"] = str(counted)
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        headers["Murmurscope-Waited"] = ",".join(waited)
        is_reused = self._connection is not None
        if not is_reused and not self._connect():
            return "again"
        try:
            self._connection.request("POST", "/", b"\n".join(lines), headers)
            response = self._connection.getresponse()
            response.read()
        except Exception:
            self._hang_up()
            return "again" if is_reused else "lost"
        if response.status == 503:
            return "again"
        if response.status in (200, 400):
            self._left_out -= counted
            return "taken"
        return "lost"

    def _connect(self):
        end = None
        try:
            end = socket.socket(self._family, socket.SOCK_STREAM)
            end.settimeout(ANSWER)
            end.connect(self._address)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = http.client.HTTPConnection(self._host, self._port, timeout=ANSWER)
            connection.sock = end
            self._connection = connection
            return True
        except Exception:
            if end is not None:
                end.close()
            return False

    def _hang_up(self):
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _left_out_line(self, count):
        return encode(
            {
                "type": "left_out",
                "kind": "marker",
                "from": "bridge of python %d" % self._pid,
                "count": count,
                "text": "%d messages were left out: the hub was away, or more was said than could be sent" % count,
            }
        )


_sender = None
_lock = threading.Lock()


def sender():
    """The one of this process; None when MURMURSCOPE_HUB names no hub."""
    global _sender
    hub = os.environ.get("MURMURSCOPE_HUB")
    if not hub:
        return None
    with _lock:
        if _sender is None:
            _sender = Sender(hub, os.environ.get("MURMURSCOPE_TOKEN", ""))
    return _sender
