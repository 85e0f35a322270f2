"""A server on SQLite to be measured, with every commit waiting for the disk."""

import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.request

PROGRAM = os.path.abspath(sys.argv[1])


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Server:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.base = f"http://localhost:{self.port}"
        (folder / "staffroom.toml").write_text(
            f"""
server.public_url = "{self.base}"
server.listen = "127.0.0.1:{self.port}"
database.url = "sqlite:{folder}/staffroom.db"
media.folder = "{folder}/media"
federation.allow_loopback = true
federation.allow_http = true
limits.rate_limits = false
logging.filter = "warn"
"""
        )

    def start(self):
        begun = time.monotonic()
        self.process = subprocess.Popen([PROGRAM, "serve"], cwd=self.folder)
        while True:
            try:
                urllib.request.urlopen(f"{self.base}/readyz", timeout=1).read()
                return time.monotonic() - begun
            except OSError:
                time.sleep(0.002)

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def create(self, name):
        done = subprocess.run(
            [PROGRAM, "user", "create", name, "--email", f"{name}@school.example", "--password", "chalk and cheese",
             "--confirmed", "--token", "read write follow"],
            cwd=self.folder, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def call(self, token, method, path, body=None):
        request = urllib.request.Request(
            f"{self.base}{path}", method=method, data=json.dumps(body).encode() if body is not None else None,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request))

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024
