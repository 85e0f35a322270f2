#!/usr/bin/env python3
"""Prints figures of one server on SQLite: requests per second, CPU per request, memory, start-up.

Needs wrk. Usage: load.py path/to/staffroom
"""

import pathlib
import tempfile
import time

from server import Server

POSTS, FOLLOWERS, ANSWERS, SENT = 400, 100, 50, 300


def between(here, there):
    """How long until what one school says is read at another: signed, sent, checked, kept, shown."""
    bo, reader = here.create("bo"), there.create("cy")
    found = there.call(reader, "GET", f"/api/v2/search?q=@bo@localhost:{here.port}&resolve=true&type=accounts")
    there.call(reader, "POST", f"/api/v1/accounts/{found['accounts'][0]['id']}/follow", {})
    time.sleep(3)
    before, begun = (here.cpu(), there.cpu()), time.monotonic()
    last = None
    for number in range(SENT):
        last = here.call(bo, "POST", "/api/v1/statuses", {"status": f"Sent {number}"})["uri"]
    posted = time.monotonic() - begun
    while there.call(reader, "GET", "/api/v1/timelines/home?limit=1")[0]["uri"] != last:
        time.sleep(0.005)
    took = time.monotonic() - begun
    cpu = [1000 * (server.cpu() - was) / SENT for server, was in zip((here, there), before)]
    print(f"{SENT} posts to another school: posted in {posted:.2f} s, the last read there after {took:.2f} s; "
          f"CPU each {cpu[0]:.2f} ms here, {cpu[1]:.2f} ms there")


def main():
    with tempfile.TemporaryDirectory() as place, tempfile.TemporaryDirectory() as other_place:
        server = Server(pathlib.Path(place))
        print(f"start on nothing: {1000 * server.start():.0f} ms; memory at rest: {server.memory():.0f} MiB")
        began = time.monotonic()
        ada = server.create("ada")
        print(f"user create: {1000 * (time.monotonic() - began):.0f} ms")
        wall, cpu = server.publish(ada, POSTS)
        print(f"publish, no followers: {wall:.2f} ms, CPU {cpu:.2f} ms")
        ada_id = server.call(ada, "GET", "/api/v1/accounts/verify_credentials")["id"]
        reader = None
        for number in range(FOLLOWERS):
            reader = server.create(f"reader{number}")
            server.call(reader, "POST", f"/api/v1/accounts/{ada_id}/follow", {})
        time.sleep(10)
        wall, cpu = server.publish(ada, 200)
        print(f"publish, {FOLLOWERS} local followers: {wall:.2f} ms, CPU {cpu:.2f} ms")
        root = server.call(ada, "POST", "/api/v1/statuses", {"status": "A question"})["id"]
        for number in range(ANSWERS):
            server.call(ada, "POST", "/api/v1/statuses", {"status": f"Answer {number}", "in_reply_to_id": root})
        time.sleep(2)
        print("\n| GET | per second | server CPU each | median |\n|---|---|---|---|")
        server.wrk("/api/v2/instance", "/api/v2/instance")
        server.wrk("verify_credentials", "/api/v1/accounts/verify_credentials", reader)
        server.wrk("WebFinger", f"/.well-known/webfinger?resource=acct:ada@localhost:{server.port}")
        server.wrk("home, 20", "/api/v1/timelines/home", reader)
        server.wrk("public, 20", "/api/v1/timelines/public", reader)
        server.wrk("account, 20", f"/api/v1/accounts/{ada_id}/statuses", reader)
        server.wrk(f"context of {ANSWERS}", f"/api/v1/statuses/{root}/context", reader)
        server.wrk("actor document", "/users/ada", accept="application/activity+json")
        server.wrk("profile page", "/@ada", accept="text/html")
        other = Server(pathlib.Path(other_place))
        other.start()
        print()
        between(server, other)
        other.stop()
        print(f"memory after this: {server.memory():.0f} MiB")
        server.stop()
        print(f"start on this data: {1000 * server.start():.0f} ms")
        server.stop()


main()
