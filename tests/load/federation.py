#!/usr/bin/env python3
"""Prints how fast one server on SQLite takes in what others send, and reaches many hosts with one post.

The others are played here: people on 100 hosts of 127.0.0.1, whose activities are signed before the clock starts.
Needs cryptography from PyPI. Usage: federation.py path/to/staffroom
"""

import asyncio
import base64
import datetime
import hashlib
import json
import pathlib
import socket
import sqlite3
import tempfile
import threading
import time
from email.utils import format_datetime

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from server import Server

HOSTS, FOLLOWERS, ACTORS, ACTIVITIES, SENDERS = 100, 500, 50, 10_000, 16
DEAD, SLOW, LATE = 20, 20, 10
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
KEY = rsa.generate_private_key(65537, 2048)
PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


class Peers:
    """Hosts that tell who their people are and note when something is posted to them."""

    def __init__(self):
        self.listening = [socket.create_server(("127.0.0.1", 0)) for _ in range(HOSTS)]
        self.ports = [each.getsockname()[1] for each in self.listening]
        self.arrived = {}
        self.wanted = b"\0"
        self.dead, self.slow = set(), set()
        ready = threading.Event()
        threading.Thread(target=lambda: asyncio.run(self.serve(ready)), daemon=True).start()
        ready.wait()

    async def serve(self, ready):
        for port, listening in zip(self.ports, self.listening):
            await asyncio.start_server(lambda r, w, port=port: self.talk(r, w, port), sock=listening)
        ready.set()
        await asyncio.Event().wait()

    async def talk(self, reader, writer, port):
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                if port in self.dead:
                    writer.close()
                    return
                length = next((int(line.split(":")[1]) for line in head.split("\r\n")
                               if line.lower().startswith("content-length:")), 0)
                body = await reader.readexactly(length)
                if head.startswith("POST"):
                    if self.wanted in body:
                        self.arrived[port] = time.monotonic()
                    if port in self.slow:
                        await asyncio.sleep(LATE)
                    writer.write(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
                else:
                    text = json.dumps(actor(port, head.split(" ")[1].rsplit("/", 1)[1])).encode()
                    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/activity+json\r\nContent-Length: %d\r\n\r\n%s"
                                 % (len(text), text))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def actor_id(port, name):
    return f"http://127.0.0.1:{port}/users/{name}"


def actor(port, name):
    me = actor_id(port, name)
    return {
        "@context": ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"],
        "id": me, "type": "Person", "preferredUsername": name, "url": me,
        "inbox": f"{me}/inbox", "outbox": f"{me}/outbox", "followers": f"{me}/followers", "following": f"{me}/following",
        "endpoints": {"sharedInbox": f"http://127.0.0.1:{port}/inbox"},
        "publicKey": {"id": f"{me}#main-key", "owner": me, "publicKeyPem": PEM},
    }


def signed(server, who, activity):
    """The bytes of a POST to the shared inbox, signed as Mastodon does."""
    body = json.dumps({"@context": "https://www.w3.org/ns/activitystreams", **activity}).encode()
    date = format_datetime(datetime.datetime.now(datetime.timezone.utc), usegmt=True)
    digest = "SHA-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
    host = f"localhost:{server.port}"
    text = f"(request-target): post /inbox\nhost: {host}\ndate: {date}\ndigest: {digest}"
    signature = base64.b64encode(KEY.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256())).decode()
    return (
        f"POST /inbox HTTP/1.1\r\nHost: {host}\r\nDate: {date}\r\nDigest: {digest}\r\n"
        f"Content-Type: application/activity+json\r\nContent-Length: {len(body)}\r\n"
        f'Signature: keyId="{who}#main-key",algorithm="rsa-sha256",headers="(request-target) host date digest",'
        f'signature="{signature}"\r\n\r\n'
    ).encode() + body


async def send_all(server, requests):
    """Each sender's requests one after the other on one connection; all must be taken."""
    async def sender(mine):
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        for request in mine:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            assert b" 202 " in head.split(b"\r\n")[0], head
            length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n")
                          if line.startswith(b"content-length:"))
            await reader.readexactly(length)
        writer.close()
    await asyncio.gather(*(sender(requests[number::SENDERS]) for number in range(SENDERS)))


def wait_for(server, sql, count):
    database = sqlite3.connect(f"file:{server.folder}/staffroom.db?mode=ro", uri=True)
    until = time.monotonic() + 300
    while database.execute(sql).fetchone()[0] < count:
        assert time.monotonic() < until, (sql, database.execute(sql).fetchone())
        time.sleep(0.01)


def count_of_each(server):
    """Every post is there, and its reader told of it, exactly once."""
    database = sqlite3.connect(f"file:{server.folder}/staffroom.db?mode=ro", uri=True)
    posts, different = database.execute("SELECT count(*), count(DISTINCT uri) FROM statuses WHERE NOT local").fetchone()
    told = database.execute("SELECT count(*) FROM notifications").fetchone()[0]
    assert posts == different == told == ACTORS + ACTIVITIES, (posts, different, told)


def note(number, who, reader):
    uri = f"{who}/{number}"
    return {
        "id": f"{uri}/activity", "type": "Create", "actor": who, "to": [PUBLIC], "cc": [reader],
        "object": {
            "id": uri, "type": "Note", "attributedTo": who, "to": [PUBLIC], "cc": [reader],
            "published": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "content": f"<p>What we tried in lesson {number}, and what the class made of it</p>",
            "tag": [{"type": "Mention", "href": reader, "name": "@ada"}],
        },
    }


class Reader:
    """Somebody who reads their home page all the time, and how long that takes."""

    def __init__(self, server, token):
        self.server, self.token, self.times, self.done = server, token, [], False
        self.thread = threading.Thread(target=self.read)
        self.thread.start()

    def read(self):
        while not self.done:
            begun = time.monotonic()
            self.server.call(self.token, "GET", "/api/v1/timelines/home")
            self.times.append(1000 * (time.monotonic() - begun))

    def stop(self):
        self.done = True
        self.thread.join()
        return sorted(self.times)


def floor(requests, folder):
    """CPU of what cannot be left out, in a loop: checking the signature, reading the JSON, and a row on the disk."""
    database = sqlite3.connect(f"{folder}/floor.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, uri TEXT NOT NULL UNIQUE, body TEXT NOT NULL)")
    key, text = KEY.public_key(), b"(request-target): post /inbox"
    signature = KEY.sign(text, padding.PKCS1v15(), hashes.SHA256())
    before = time.process_time()
    for start in range(0, len(requests), 100):
        database.execute("BEGIN")
        for request in requests[start:start + 100]:
            body = request.split(b"\r\n\r\n", 1)[1]
            key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
            database.execute("INSERT INTO rows (uri, body) VALUES (?, ?)", (json.loads(body)["id"], body.decode()))
        database.execute("COMMIT")
    return 1000 * (time.process_time() - before) / len(requests)


def inbox(server, peers, reader, token):
    people = [actor_id(port, "writer") for port in peers.ports[:ACTORS]]
    first = [signed(server, who, note("first", who, reader)) for who in people]
    asyncio.run(send_all(server, first))
    remote = "SELECT count(*) FROM statuses WHERE NOT local"
    wait_for(server, remote, ACTORS)
    requests = [signed(server, who, note(number, who, reader))
                for number in range(ACTIVITIES // ACTORS) for who in people]
    alone = Reader(server, token)
    time.sleep(2)
    alone = alone.stop()
    memory, before = server.memory(), server.cpu()
    home, begun = Reader(server, token), time.monotonic()
    asyncio.run(send_all(server, requests))
    taken = time.monotonic() - begun
    wait_for(server, remote, ACTORS + ACTIVITIES)
    took = time.monotonic() - begun
    home, spent = home.stop(), server.cpu() - before
    # What comes again is taken, and changes nothing.
    asyncio.run(send_all(server, requests))
    wait_for(server, "SELECT 1 - min(1, (SELECT count(*) FROM inbox WHERE finished_at IS NULL))", 1)
    count_of_each(server)
    print(f"inbox, {ACTORS} actors, {ACTIVITIES} activities: {ACTIVITIES / taken:,.0f} taken per second, "
          f"{ACTIVITIES / took:,.0f} visible per second, CPU each {1000 * spent / ACTIVITIES:.2f} ms; "
          f"floor {floor(requests, server.folder):.2f} ms", flush=True)
    print(f"meanwhile memory grew by {server.memory() - memory:.0f} MiB, and of {len(home)} home pages the median took "
          f"{home[len(home) // 2]:.1f} ms and 99 % at most {home[len(home) * 99 // 100]:.1f} ms "
          f"(alone: {alone[len(alone) // 2]:.1f} and {alone[len(alone) * 99 // 100]:.1f} ms)", flush=True)
    assert server.memory() - memory < 64


def fan_out(server, peers, token, me):
    requests = []
    for number in range(FOLLOWERS):
        who = actor_id(peers.ports[number % HOSTS], f"follower{number}")
        requests.append(signed(server, who, {"id": f"{who}/follow", "type": "Follow", "actor": who, "object": me}))
    asyncio.run(send_all(server, requests))
    wait_for(server, "SELECT count(*) FROM follows WHERE NOT pending", FOLLOWERS)
    wait_for(server, "SELECT 1 - min(1, (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM jobs))", 1)
    times, cpu = [], []
    for number in range(3):
        peers.arrived, peers.wanted = {}, f"To all of you {number}".encode()
        before, begun = server.cpu(), time.monotonic()
        server.call(token, "POST", "/api/v1/statuses", {"status": f"To all of you {number}"})
        while len(peers.arrived) < HOSTS:
            assert time.monotonic() - begun < 60, len(peers.arrived)
            time.sleep(0.001)
        times.append(1000 * (max(peers.arrived.values()) - begun))
        time.sleep(1)
        cpu.append(1000 * (server.cpu() - before) / HOSTS)
    print(f"a post to {FOLLOWERS} followers on {HOSTS} hosts: the last has it after "
          f"{', '.join(f'{each:.0f}' for each in times)} ms; CPU per delivery {min(cpu):.2f} ms", flush=True)


def bad_day(server, peers, token):
    """Some hosts are gone and some take their time: the others do not wait, and a kill in the middle loses nothing."""
    peers.dead, peers.slow = set(peers.ports[:DEAD]), set(peers.ports[DEAD:DEAD + SLOW])
    quick = HOSTS - DEAD - SLOW

    def post(words):
        peers.arrived, peers.wanted = {}, words.encode()
        begun = time.monotonic()
        server.call(token, "POST", "/api/v1/statuses", {"status": words})
        return begun

    def wait(count, hosts):
        while len(peers.arrived.keys() & hosts) < count:
            time.sleep(0.001)

    ports = set(peers.ports)
    begun = post("On a bad day")
    wait(quick, ports - peers.dead - peers.slow)
    last = max(at for port, at in peers.arrived.items() if port not in peers.slow) - begun
    time.sleep(LATE + 2)
    begun = post("Killed in the middle")
    wait(quick // 4, ports - peers.slow)
    server.process.kill()
    server.process.wait()
    had = len(peers.arrived)
    begun = time.monotonic()
    server.start()
    wait(HOSTS - DEAD, ports - peers.dead)
    print(f"{DEAD} hosts are gone and {SLOW} answer after {LATE} s: the other {quick} have a post after {1000 * last:.0f} ms; "
          f"killed when {had} had the next, all {HOSTS - DEAD} have it {1000 * (time.monotonic() - begun):.0f} ms after it was started again",
          flush=True)


def main():
    with tempfile.TemporaryDirectory() as place:
        server, peers = Server(pathlib.Path(place)), Peers()
        server.start()
        token = server.create("ada")
        me = f"{server.base}/users/ada"
        print(f"memory at rest: {server.memory():.0f} MiB")
        server.publish(token, 40)
        inbox(server, peers, me, token)
        fan_out(server, peers, token, me)
        print(f"memory after this: {server.memory():.0f} MiB")
        bad_day(server, peers, token)
        server.stop()


main()
