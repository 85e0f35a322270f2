#!/usr/bin/env python3
"""Prints how soon 1,000 open streams are told of a post, and what memory each costs.

Half of the time on a single core goes to this script, which reads them all.
Usage: streaming.py path/to/staffroom [postgres://user@host/name], the latter of an empty database.
"""

import asyncio
import base64
import os
import pathlib
import statistics
import sys
import tempfile
import time

from server import Server

CONNECTIONS = int(os.environ.get("CONNECTIONS", "1000"))
# One account may listen in 64 places.
READERS = max(1, CONNECTIONS // 25)
POSTS = int(os.environ.get("POSTS", "50"))


class Ear(asyncio.Protocol):
    """A WebSocket that notes when the first bytes came after `forget`."""

    def __init__(self, request):
        self.request, self.opened, self.heard, self.told = request, asyncio.Future(), b"", asyncio.Future()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self.request)

    def data_received(self, data):
        now = time.monotonic()
        if not self.opened.done():
            self.heard += data
            if b"\r\n\r\n" in self.heard:
                assert self.heard.startswith(b"HTTP/1.1 101"), self.heard
                self.opened.set_result(None)
        elif not self.told.done():
            self.told.set_result(now)

    def connection_lost(self, _):
        if not self.told.done():
            self.told.cancel()

    def forget(self):
        self.told = asyncio.Future()


async def listen(server, token, stream):
    key = base64.b64encode(os.urandom(16)).decode()
    request = (f"GET /api/v1/streaming?stream={stream} HTTP/1.1\r\nHost: localhost:{server.port}\r\nUpgrade: websocket\r\n"
               f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
               f"Authorization: Bearer {token}\r\n\r\n").encode()
    loop = asyncio.get_running_loop()
    _, ear = await loop.create_connection(lambda: Ear(request), "127.0.0.1", server.port)
    await ear.opened
    return ear


async def measure(server, author, tokens, stream):
    before = server.memory()
    ears = []
    for number in range(CONNECTIONS):
        ears.append(await listen(server, tokens[number % len(tokens)], stream))
    await asyncio.sleep(1)
    memory = 1024 * (server.memory() - before) / CONNECTIONS
    firsts, lasts, answers, cpu = [], [], [], server.cpu()
    for number in range(POSTS):
        for ear in ears:
            ear.forget()
        begun = time.monotonic()
        posting = asyncio.to_thread(server.call, author, "POST", "/api/v1/statuses", {"status": f"Number {number} #x"})
        posting = asyncio.create_task(posting)
        posting.add_done_callback(lambda _, begun=begun: answers.append(1000 * (time.monotonic() - begun)))
        told = await asyncio.gather(*(ear.told for ear in ears))
        await posting
        firsts.append(1000 * (min(told) - begun))
        lasts.append(1000 * (max(told) - begun))
        # So that a burst at the end of one is not the beginning of the next.
        await asyncio.sleep(0.1)
    cpu = 1000 * (server.cpu() - cpu) / POSTS
    after = 1024 * (server.memory() - before) / CONNECTIONS
    print(f"| {stream} | {memory:.1f}; {after:.1f} KiB | {statistics.median(firsts):.0f} ms | {statistics.median(lasts):.0f}; "
          f"{sorted(lasts)[int(0.9 * POSTS)]:.0f}; {max(lasts):.0f} ms | {cpu:.0f} ms |")
    for ear in ears:
        ear.transport.abort()


async def run():
    with tempfile.TemporaryDirectory() as place:
        server = Server(pathlib.Path(place), sys.argv[2] if len(sys.argv) > 2 else None)
        server.start()
        author = server.create("ada")
        ada = server.call(author, "GET", "/api/v1/accounts/verify_credentials")["id"]
        tokens = []
        for number in range(READERS):
            tokens.append(server.create(f"reader{number}"))
            server.call(tokens[-1], "POST", f"/api/v1/accounts/{ada}/follow", {})
        server.publish(author, 20)
        await asyncio.sleep(2)
        print(f"{CONNECTIONS} connections of {READERS} accounts; memory at rest {server.memory():.0f} MiB\n")
        print("| stream | memory for each: open; after | first told | all told: median; 90 %; longest | CPU for a post |")
        print("|---|---|---|---|---|")
        for stream in ("user", "public"):
            await measure(server, author, tokens, stream)
            # Memory that was used once is not given back.
            server.stop()
            server.start()
        server.stop()


asyncio.run(run())
