"""A school that runs for a test, and what tests ask of it."""

import contextlib
import hashlib
import json
import socket
import sqlite3
import subprocess
import time

import requests

PASSWORD = "chalk and cheese"


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class School:
    """Configured and, after `start`, serving. `settings` are further lines of its configuration."""

    def __init__(self, program, folder, port=None, settings="", sign_up="open"):
        self.program, self.folder, self.process = program, folder, None
        port = port or free_port()
        self.host = f"localhost:{port}"
        self.base = f"http://{self.host}"
        (folder / "staffroom.toml").write_text(
            f"""
server.public_url = "{self.base}"
server.listen = "127.0.0.1:{port}"
database.url = "sqlite:{folder}/staffroom.db"
media.folder = "{folder}/media"
registrations.mode = "{sign_up}"
federation.allow_loopback = true
federation.allow_http = true
federation.retry_seconds = 1
federation.failure_seconds = 1
limits.rate_limits = false
logging.filter = "warn"
{settings}
"""
        )

    def start(self):
        self.process = subprocess.Popen([self.program, "serve"], cwd=self.folder)
        eventually(lambda: requests.get(f"{self.base}/readyz", timeout=5).ok)
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            assert self.process.wait(30) == 0

    def command(self, *words):
        return subprocess.run([self.program, *words], cwd=self.folder, check=True, capture_output=True, text=True).stdout

    def create(self, name, *words):
        return self.command("user", "create", name, "--email", f"{name}@school.example",
                            "--password", PASSWORD, "--confirmed", *words)

    def give_tokens(self, client_id, secret, scopes, tokens):
        """Writes an app and access tokens that a test suite has in its source. `tokens`: token -> (name, scopes)."""
        now = time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime())
        app = self.write(
            "INSERT INTO applications (client_id, client_secret_hash, name, redirect_uris, scopes, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            client_id, digest(secret), "Mastodon.py test suite", json.dumps(["urn:ietf:wg:oauth:2.0:oob"]), scopes, now,
        ).lastrowid
        for token, (name, granted) in tokens.items():
            done = self.write(
                "INSERT INTO access_tokens (token_hash, application_id, user_id, scopes, created_at)"
                " SELECT ?, ?, users.id, ?, ? FROM users JOIN accounts ON accounts.id = users.account_id"
                " WHERE accounts.username = ? AND accounts.host IS NULL",
                digest(token), app, granted, now, name,
            )
            assert done.rowcount == 1, name

    def write(self, statement, *values):
        """Changes the database before the school starts: for what no command can do."""
        assert self.process is None
        with contextlib.closing(sqlite3.connect(self.folder / "staffroom.db")) as database, database:
            return database.execute(statement, values)


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


def eventually(ask, seconds=30):
    end = time.monotonic() + seconds
    while True:
        try:
            answer = ask()
            if answer:
                return answer
        except requests.ConnectionError:
            pass
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
