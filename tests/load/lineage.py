#!/usr/bin/env python3
"""Prints how fast the family tree of 200 posts of people at five schools is served by each of them.

Three come from each post, most of them at other schools, by "adapted from LINK" as any app writes it; all five follow each other.
Usage: lineage.py path/to/staffroom
"""

import pathlib
import statistics
import tempfile
import time

from server import Server

SERVERS, POSTS, ADAPTATIONS, ASKED = 5, 200, 3, 20


class School(Server):
    def __init__(self, place, number):
        folder = pathlib.Path(place) / str(number)
        folder.mkdir()
        super().__init__(folder)
        self.name, self.own = f"teacher{number}", None
        self.start()
        self.token = self.create(self.name)

    def ask(self, path):
        return self.call(self.token, "GET", path)

    def say(self, path, body=None):
        return self.call(self.token, "POST", path, body or {})

    def follow(self, other):
        found = self.ask(f"/api/v2/search?q=@{other.name}@localhost:{other.port}&resolve=true&type=accounts")
        self.say(f"/api/v1/accounts/{found['accounts'][0]['id']}/follow")

    def tree(self):
        return self.ask(f"/api/staffroom/v1/statuses/{self.own}/lineage")

    def sees(self):
        """How many posts there are, how many ties, and how many of these are confirmed."""
        tree = self.tree()
        confirmed = sum(edge["state"] == "confirmed" for edge in tree["edges"])
        return len(tree["nodes"]), len(tree["edges"]), confirmed


def grow(schools):
    """A tree in which each post has three that come from it, one after the other by each of the five."""
    posts = []
    for number in range(POSTS):
        school = schools[number % SERVERS]
        words = f"Tracker {number}\n#Practice #KS3 #English #CCBY"
        if posts:
            words += f"\nAdapted from {posts[(number - 1) // ADAPTATIONS]}"
        made = school.say("/api/v1/statuses", {"status": words})
        posts.append(made["url"])
        school.own = school.own or made["id"]


def wait_until_all_is_seen(schools):
    until = time.monotonic() + 300
    while any(school.sees() != (POSTS, POSTS - 1, POSTS - 1) for school in schools):
        assert time.monotonic() < until, [school.sees() for school in schools]
        time.sleep(0.5)


def milliseconds(ask):
    times = []
    for _ in range(ASKED):
        begun = time.monotonic()
        ask()
        times.append(1000 * (time.monotonic() - begun))
    return f"{statistics.median(times):.1f} ms, at most {max(times):.1f} ms"


def main():
    with tempfile.TemporaryDirectory() as place:
        schools = [School(place, number) for number in range(SERVERS)]
        for school in schools:
            for other in schools:
                if other is not school:
                    school.follow(other)
        time.sleep(3)
        begun = time.monotonic()
        grow(schools)
        posted = time.monotonic() - begun
        wait_until_all_is_seen(schools)
        print(f"{POSTS} posts over {SERVERS} servers: posted in {posted:.1f} s; all of it seen and confirmed everywhere after "
              f"{time.monotonic() - begun:.1f} s")
        print("\n| the tree, served by | by the API | server CPU each |\n|---|---|---|")
        for school in schools:
            before = school.cpu()
            took = milliseconds(school.tree)
            print(f"| {school.name} | {took} | {1000 * (school.cpu() - before) / ASKED:.1f} ms |")
        for school in schools:
            school.stop()


main()
