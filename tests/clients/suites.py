#!/usr/bin/env python3
"""The own tests of toot and Mastodon.py, from their source packages, and all operations of masto and megalodon, each against a
school of its own that runs.

    suites.py PROGRAM SOURCES [counts] [SUITE [word for pytest]...]

`counts`: masto and megalodon once more where numbers of others are shown.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from school import School

PROGRAM, SOURCES = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
WITH_COUNTS = sys.argv[3:4] == ["counts"]
ONLY = sys.argv[4 if WITH_COUNTS else 3:]
HERE = pathlib.Path(__file__).resolve().parent
NODE = HERE / "npm" / "node_modules"
EVERYTHING = "read write follow push"
ADMINISTRATION = f"{EVERYTHING} admin:read admin:write"


PORT = 3000
# Of Mastodon.py's tests, which sleep most of the time.
PARTS = 4


def toot(place, settings):
    with opened(place, settings) as school:
        school.start()
        print("== toot", flush=True)
        return run("toot", next(SOURCES.glob("toot-*/")), "tests/integration", "-p", "no:recording",
                   environment={"TOOT_TEST_BASE_URL": school.base}).returncode


def mastodon_py(place, settings):
    """In parts side by side, each with a school and accounts of its own. Tests of one file belong together."""
    folder = next(SOURCES.glob("mastodon_py-*/"))
    # test_entities.py asks mastodon.social for objects that are only there.
    files = [file for file in folder.glob("tests/test_*.py") if file.name != "test_entities.py"]
    parts = [[] for _ in range(PARTS)]
    for file in sorted(files, key=seconds, reverse=True):
        min(parts, key=lambda part: sum(map(seconds, part))).append(file)
    with concurrent.futures.ThreadPoolExecutor(PARTS) as pool:
        done = [pool.submit(part_of_mastodon_py, place / str(number), folder, PORT + number, part, settings)
                for number, part in enumerate(parts)]
        wrong = 0
        for number, one in enumerate(done):
            code, said = one.result()
            print(f"== Mastodon.py, part {number + 1} of {PARTS}\n{said}", flush=True)
            # Nothing may be left of a part where only some tests are wanted.
            wrong |= code if not ONLY[1:] or code != 5 else 0
        return wrong


def seconds(file):
    """How long its tests take, or so: what they sleep, and a little for each."""
    text = file.read_text()
    return sum(map(float, re.findall(r"sleep\(([\d.]+)\)", text))) + 0.4 * text.count("def test_")


def part_of_mastodon_py(place, folder, port, files, settings):
    """They want their server at one address, which is theirs only in the first part. Without the recordings, and the times at
    which these were made, it is now."""
    tests = place / "package"
    shutil.copytree(folder, tests, ignore=shutil.ignore_patterns("*.pkl", "*.yaml"))
    for file in tests.glob("tests/*.py"):
        file.write_text(file.read_text().replace(f"localhost:{PORT}", f"localhost:{port}"))
    with opened(place, settings, port) as school:
        prepare(school)
        names = sorted(str(file.relative_to(folder)) for file in files)
        done = run("mastodon_py", tests, *names, "-p", "no:recording", "-o", "addopts=", said=subprocess.PIPE)
        return done.returncode, done.stdout


def prepare(school):
    """With the accounts and tokens that are in the source of the tests."""
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


def masto(place, settings):
    return by_node("masto", place, settings)


def megalodon(place, settings):
    return by_node("megalodon", place, settings)


def by_node(name, place, settings):
    print(f"== {name}", flush=True)
    with opened(place, settings) as school:
        expected = [name] + ([f"{name}-counts"] if settings is SHOWN and (HERE / "expected" / f"{name}-counts.txt").exists() else [])
        return operations(name, school, expected)


def operations(name, school, expected):
    everything = ADMINISTRATION.replace("push", "push profile")
    tokens = {
        who: re.findall(r"\S{30,}", school.create(who, "--role", role, "--token", everything))[-1]
        for who, role in (("ada", "owner"), ("bo", "user"), ("cy", "user"), ("dee", "user"))
    }
    announcement = re.search(r"\d+", school.command("announcement", "create", "The bus is late")).group(0)
    school.start()
    given = json.dumps({"base": school.base, "tokens": tokens, "announcement": announcement, "expected": expected})
    return subprocess.run([NODE / ".bin" / "node", HERE / "npm" / f"{name}.js", given]).returncode


def opened(place, settings, port=PORT):
    """A school that is stopped in the end."""
    place.mkdir(exist_ok=True)
    return School(PROGRAM, place, port=port, **settings)


def run(name, folder, *words, environment=None, said=None):
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "live", "--tb=short", "--show-capture=no", "-p", "no:cacheprovider",
         "--expected", HERE / "expected" / f"{name}.txt", *words, *ONLY[1:]],
        cwd=folder, env=os.environ | {"PYTHONPATH": str(HERE)} | (environment or {}), stdout=said, text=True,
    )


OPEN = {"settings": "community.show_counts = true"}
WITH_APPROVAL = {"sign_up": "approval", "settings": 'federation.show_domain_blocks = "everybody"'}
HIDDEN, SHOWN = (
    WITH_APPROVAL | {"settings": f"{WITH_APPROVAL['settings']}\ncommunity.show_counts = {shown}"}
    for shown in ("false", "true")
)
# The tests of toot and Mastodon.py look at numbers of others.
SUITES = [(toot, OPEN), (mastodon_py, OPEN)] + [
    (suite, settings) for suite in (masto, megalodon) for settings in ((HIDDEN, SHOWN) if WITH_COUNTS else (HIDDEN,))
]


def main():
    wrong = 0
    for suite, settings in SUITES:
        if ONLY and ONLY[0] != suite.__name__:
            continue
        with tempfile.TemporaryDirectory() as place:
            wrong |= suite(pathlib.Path(place), settings)
    sys.exit(wrong)


main()
