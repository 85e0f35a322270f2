#!/usr/bin/env python3
"""The own tests of toot and Mastodon.py, from their source packages, against a running school at port 3000, where they want it."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from school import School

PROGRAM, SOURCES = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
ONLY = sys.argv[3:]
HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE / "npm" / "node_modules"
EVERYTHING = "read write follow push"
ADMINISTRATION = f"{EVERYTHING} admin:read admin:write"


def toot(school):
    school.start()
    return run("toot", next(SOURCES.glob("toot-*/")), "tests/integration", "-p", "no:recording",
               environment={"TOOT_TEST_BASE_URL": school.base})


def mastodon_py(school):
    school.create("admin", "--role", "owner")
    school.create("admin2", "--role", "owner")
    school.create("mastodonpy_test")
    school.create("mastodonpy_test_2")
    school.give_tokens("__MASTODON_PY_TEST_CLIENT_ID", "__MASTODON_PY_TEST_CLIENT_SECRET", ADMINISTRATION, {
        "__MASTODON_PY_TEST_ACCESS_TOKEN": ("mastodonpy_test", EVERYTHING),
        "__MASTODON_PY_TEST_ACCESS_TOKEN_2": ("admin", ADMINISTRATION),
        "__MASTODON_PY_TEST_ACCESS_TOKEN_3": ("mastodonpy_test_2", EVERYTHING),
    })
    school.write("UPDATE accounts SET locked = 1 WHERE username = 'mastodonpy_test'")
    school.write("UPDATE accounts SET discoverable = 1, indexable = 1 WHERE username = 'mastodonpy_test_2'")
    school.start()
    folder = next(SOURCES.glob("mastodon_py-*/"))
    # The times at which the recordings were made; without them it is now.
    for moment in folder.glob("tests/cassettes*/*.pkl"):
        moment.unlink()
    # test_entities.py asks mastodon.social for objects that are only there.
    return run("mastodon_py", folder, "tests", "-p", "no:recording", "-o", "addopts=",
               "--ignore", "tests/test_entities.py")


def masto(school):
    return by_node("masto", school)


def megalodon(school):
    return by_node("megalodon", school)


def by_node(name, school):
    print(f"== {name}", flush=True)
    everything = ADMINISTRATION.replace("push", "push profile")
    tokens = {
        who: re.findall(r"\S{30,}", school.create(who, "--role", role, "--token", everything))[-1]
        for who, role in (("ada", "owner"), ("bo", "user"), ("cy", "user"), ("dee", "user"))
    }
    announcement = re.search(r"\d+", school.command("announcement", "create", "The bus is late")).group(0)
    school.start()
    given = json.dumps({"base": school.base, "tokens": tokens, "announcement": announcement})
    return subprocess.run([NODE / ".bin" / "node", HERE / "npm" / f"{name}.js", given]).returncode


def run(name, folder, *words, environment=None):
    print(f"== {name}", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "live", "--tb=short", "--show-capture=no", "-p", "no:cacheprovider",
         "--expected", HERE / "expected" / f"{name}.txt", *words, *ONLY[1:]],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(HERE)} | (environment or {}),
    ).returncode


OPEN = {"settings": "community.show_counts = true"}
WITH_APPROVAL = {"sign_up": "approval", "settings": 'federation.show_domain_blocks = "everybody"'}
# The tests of toot and Mastodon.py look at numbers of others.
SUITES = [(toot, OPEN), (mastodon_py, OPEN)] + [
    (suite, WITH_APPROVAL | {"settings": f"{WITH_APPROVAL['settings']}\n{shown}"})
    for suite in (masto, megalodon) for shown in ("community.show_counts = false", OPEN["settings"])
]


def main():
    wrong = 0
    for suite, settings in SUITES:
        if ONLY and ONLY[0] != suite.__name__:
            continue
        with tempfile.TemporaryDirectory() as place:
            school = School(PROGRAM, pathlib.Path(place), port=3000, **settings)
            try:
                wrong |= suite(school)
            finally:
                school.stop()
    sys.exit(wrong)


main()
