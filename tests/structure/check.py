#!/usr/bin/env python3
"""The walls of the workspace: who may know whom, and what every file must be."""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Our own crates that each may know.
MAY_KNOW = {
    "domain": set(),
    "storage": {"domain"},
    "service": {"domain", "storage"},
    "federation": {"domain", "service", "storage"},
    "http_api": {"domain", "service"},
    "web": {"domain", "service"},
    "server": {"domain", "storage", "service", "federation", "http_api", "web"},
    "test_support": {"domain", "storage", "service"},
}

# Foreign crates that only these of ours may use, tests apart.
ONLY_IN = {
    "diesel": {"storage", "test_support"},
    "diesel_migrations": {"storage"},
    "opendal": {"storage"},
    "reqwest": {"federation"},
    "activitypub_federation": {"federation"},
    "lettre": {"service"},
    "ammonia": {"service"},
    "comrak": {"service"},
    "argon2": {"service"},
    "askama": {"web"},
    "clap": {"server"},
    "figment": {"server"},
    "actix-web": {"federation", "http_api", "web", "server"},
    "actix-ws": {"http_api"},
    "utoipa": {"http_api"},
}

LINES = 600
# The list of all tables: one idea, however many there are.
LONG = "crates/storage/src/schema.rs"
# In program text, not in tests, which may name what they forbid.
FORBIDDEN = [r"\btodo!\(", r"\bunimplemented!\(", r"#\[allow\(", r"\bunsafe\b \{"]

FUNCTION = re.compile(r"( *)(?:pub(?:\(\w+\))? )?(?:async )?fn (\w+)")
DATABASE = re.compile(r"\b(?:Sqlite|Postgres)\b")
# What stands above a story that one database is told: which, and why not the other.
ALONE = re.compile(r"^ *// On (?:SQLite|PostgreSQL) alone: \S.*\.$", re.MULTILINE)

mistakes = []


def check(good, text):
    if not good:
        mistakes.append(text)


def functions(text):
    """Name, what stands above, and what is in each function."""
    lines = text.split("\n")
    for at, line in enumerate(lines):
        found = FUNCTION.match(line)
        if not found:
            continue
        above = at
        while above and lines[above - 1].lstrip().startswith(("//", "#[")):
            above -= 1
        end = at if line.endswith("}") else lines.index(found[1] + "}", at)
        yield found[2], "\n".join(lines[above:at]), "\n".join(lines[at : end + 1])


def check_twins(place, text):
    """Both databases are told the same stories. A function that is told which one it is has a `Kind`."""
    told = {}
    for name, above, body in functions(text):
        names = set(DATABASE.findall(body))
        if len(names) != 1 or re.search(r"\bkind: Kind\b", body):
            check(not ALONE.search(above), f"{place}: {name} is not on one database alone")
            continue
        same = DATABASE.sub("_", body[body.index("{") :])
        told.setdefault(same, []).append((name, above, names))
    for alike in told.values():
        has_twin = len(set.union(*(names for _, _, names in alike))) == 2
        for name, above, _ in alike:
            says_why = bool(ALONE.search(above))
            check(has_twin or says_why, f"{place}: {name} has no twin on the other database, and does not say why")
            check(not (has_twin and says_why), f"{place}: {name} says why it has no twin, and has one")


metadata = json.loads(
    subprocess.check_output(
        ["cargo", "metadata", "--format-version=1", "--no-deps"], cwd=ROOT
    )
)
packages = {package["name"]: package for package in metadata["packages"]}
check(set(packages) == set(MAY_KNOW), f"the crates are {sorted(packages)}")

for name, package in packages.items():
    for dependency in package["dependencies"]:
        if dependency["kind"] == "dev":
            continue
        other = dependency["name"]
        if other in MAY_KNOW:
            check(other in MAY_KNOW.get(name, set()), f"{name} must not know {other}")
        if other in ONLY_IN:
            check(name in ONLY_IN[other], f"{name} must not use {other}")
    check(package["license"] == "AGPL-3.0-or-later", f"{name}: licence")

sources = [*ROOT.glob("crates/**/*.rs"), *ROOT.glob("tests/**/*.rs")]
check(len(sources) > 100, "there are sources to check")
for path in sources:
    text = path.read_text()
    place = path.relative_to(ROOT)
    check(str(place) == LONG or text.count("\n") <= LINES, f"{place}: more than {LINES} lines")
    check(text.startswith(("//!", "#![")) or path.name == "tests.rs", f"{place}: does not say what it is")
    for pattern in FORBIDDEN:
        check(not re.search(pattern, text), f"{place}: {pattern}")
    if place.is_relative_to("tests/stories"):
        check_twins(place, text)

sqlite, postgres = (
    sorted(path.name for path in (ROOT / "migrations" / kind).iterdir())
    for kind in ("sqlite", "postgres")
)
check(sqlite == postgres and sqlite, "both databases have the same migrations")

for mistake in mistakes:
    print(mistake, file=sys.stderr)
sys.exit(1 if mistakes else 0)
