"""A server to be measured, on SQLite with every commit waiting for the disk, unless another database is given."""

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
SECONDS = int(os.environ.get("SECONDS_EACH", "4"))


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


class Server:
    def __init__(self, folder, database=None):
        self.folder, self.port = folder, free_port()
        self.database = database or f"sqlite:{folder}/staffroom.db"
        self.base = f"http://localhost:{self.port}"
        (folder / "staffroom.toml").write_text(
            f"""
server.public_url = "{self.base}"
server.listen = "127.0.0.1:{self.port}"
database.url = "{self.database}"
media.folder = "{folder}/media"
federation.allow_loopback = true
federation.allow_http = true
federation.retry_seconds = 1
federation.failure_seconds = 1
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

    def wrk(self, name, path, token=None, accept=None):
        """A line of a table: name, requests per second, CPU of the server each, median."""
        headers = []
        if token:
            headers += ["-H", f"Authorization: Bearer {token}"]
        if accept:
            headers += ["-H", f"Accept: {accept}"]
        before = self.cpu()
        out = subprocess.run(["wrk", "-t1", "-c8", f"-d{SECONDS}s", "--latency", *headers, f"{self.base}{path}"],
                             capture_output=True, text=True, check=True).stdout
        spent = self.cpu() - before
        requests = int(re.search(r"(\d+) requests in", out).group(1))
        median = re.search(r"^\s+50%\s+(\S+)", out, re.MULTILINE).group(1)
        assert not re.search(r"Non-2xx or 3xx responses", out), (name, out)
        print(f"| {name} | {requests / SECONDS:,.0f} | {1000 * spent / requests:.3f} ms | {median} |", flush=True)

    def publish(self, token, count):
        """Milliseconds for each of so many posts, one after the other: in all, and of the server's CPU."""
        before, begun = self.cpu(), time.monotonic()
        for number in range(count):
            self.call(token, "POST", "/api/v1/statuses", {"status": f"Measured post {number} #Measure"})
        wall = (time.monotonic() - begun) / count
        return 1000 * wall, 1000 * (self.cpu() - before) / count
