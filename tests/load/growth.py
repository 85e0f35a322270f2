#!/usr/bin/env python3
"""Prints what reading and writing cost with ever more statuses stored: they should cost the same.

Rows are written straight into the database, by statements that both databases understand.
Needs wrk, and for PostgreSQL psql. Usage: growth.py path/to/staffroom [postgres://user@host/name]
The named PostgreSQL database is dropped and made anew.
"""

import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

from server import Server

STATUSES = [int(count) for count in os.environ.get("STATUSES", "10000,100000,1000000").split(",")]
AUTHORS, FOLLOWED = 6_000, 100
# Of one whose pages must not cost more for it.
MUCH_FOLLOWED, FILTERS, LISTS, LIST_MEMBERS = 5_000, 1_000, 200, 50
DATABASE = sys.argv[2] if len(sys.argv) > 2 else None
MOMENT = "TIMESTAMP '2026-09-01 08:00:00'" if DATABASE else "'2026-09-01 08:00:00'"

PEOPLE = f"""
INSERT INTO accounts (id, username, host, handle_key, uri, url, kind, display_name, note, note_source, fields, locked,
    discoverable, indexable, hide_collections, inbox_uri, shared_inbox_uri, outbox_uri, followers_uri, following_uri,
    also_known_as, emojis, statuses_count, followers_count, following_count, created_at, updated_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {AUTHORS})
SELECT i, 'writer' || i, 'h' || (i % 50) || '.example', 'writer' || i || '@h' || (i % 50) || '.example',
    'https://h.example/users/' || i, 'https://h.example/@' || i, 0, 'Writer ' || i, '<p>Teaches</p>', '', '[]', FALSE,
    TRUE, TRUE, FALSE, 'https://h.example/users/' || i || '/inbox', 'https://h.example/inbox',
    'https://h.example/users/' || i || '/outbox', 'https://h.example/users/' || i || '/followers',
    'https://h.example/users/' || i || '/following', '[]', '[]', 0, 0, 0, {MOMENT}, {MOMENT} FROM n;
INSERT INTO tags (id, name, created_at) VALUES (1, 'grown', {MOMENT});
"""
FOLLOWS = f"""
INSERT INTO follows (id, follower_id, account_id, uri, pending, show_reblogs, notify, created_at)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT)
SELECT i + READER / 1000, READER, i, 'https://us.example/follows/' || READER || '/' || i, FALSE, TRUE, FALSE, {MOMENT} FROM n;
"""
# Each tenth goes to followers only, each fifth answers the one before it, each fourth has the tag, each seventh names the reader.
GROW = f"""
INSERT INTO statuses (id, account_id, uri, url, local, conversation_id, in_reply_to_id, in_reply_to_account_id,
    in_reply_to_uri, visibility, content, text, spoiler_text, sensitive, language, emojis, replies_count, reblogs_count,
    favourites_count, created_at)
WITH RECURSIVE n(i) AS (SELECT FIRST UNION ALL SELECT i + 1 FROM n WHERE i < LAST)
SELECT CAST(i AS BIGINT) * 65536, 1 + i % {AUTHORS}, 'https://h.example/statuses/' || i, 'https://h.example/@x/' || i, i % 20 = 1,
    CASE WHEN i % 5 = 0 AND i > 1 THEN CAST(i - 1 AS BIGINT) * 65536 ELSE CAST(i AS BIGINT) * 65536 END,
    CASE WHEN i % 5 = 0 AND i > 1 THEN CAST(i - 1 AS BIGINT) * 65536 END,
    CASE WHEN i % 5 = 0 AND i > 1 THEN 1 + (i - 1) % {AUTHORS} END,
    CASE WHEN i % 5 = 0 AND i > 1 THEN 'https://h.example/statuses/' || (i - 1) END,
    CASE WHEN i % 10 = 9 THEN 2 ELSE 0 END,
    '<p>What class ' || i || ' made of the lesson on fractions, and what I would do otherwise the next time</p>', '', '',
    FALSE, 'en', '[]', 0, 0, 0, {MOMENT} FROM n;
INSERT INTO status_tags (tag_id, status_id) SELECT 1, id FROM statuses WHERE id BETWEEN CAST(FIRST AS BIGINT) * 65536 AND CAST(LAST AS BIGINT) * 65536 AND (id / 65536) % 4 = 0;
INSERT INTO mentions (status_id, account_id) SELECT id, READER FROM statuses WHERE id BETWEEN CAST(FIRST AS BIGINT) * 65536 AND CAST(LAST AS BIGINT) * 65536 AND (id / 65536) % 7 = 0;
INSERT INTO notifications (id, account_id, from_account_id, kind, status_id, created_at)
    SELECT id, READER, account_id, 0, id, {MOMENT} FROM statuses WHERE id BETWEEN CAST(FIRST AS BIGINT) * 65536 AND CAST(LAST AS BIGINT) * 65536 AND (id / 65536) % 7 = 0;
INSERT INTO status_index_queue (status_id) SELECT id FROM statuses WHERE id BETWEEN CAST(FIRST AS BIGINT) * 65536 AND CAST(LAST AS BIGINT) * 65536 ORDER BY id;
DELETE FROM home_feed WHERE account_id = READER;
INSERT INTO home_feed (account_id, status_id, author_id)
    SELECT READER, id, account_id FROM statuses WHERE account_id <= {FOLLOWED} ORDER BY id DESC LIMIT 800;
ANALYZE;
"""


FEED = """
INSERT INTO home_feed (account_id, status_id, author_id)
    SELECT READER, id, account_id FROM statuses WHERE account_id <= COUNT ORDER BY id DESC LIMIT 800;
ANALYZE;
"""


def burdened(server):
    """Somebody who follows very many, with very many filters and lists; and one of these."""
    token = server.create("burdened")
    reader = server.call(token, "GET", "/api/v1/accounts/verify_credentials")["id"]
    run(server, (FOLLOWS + FEED).replace("READER", reader).replace("COUNT", str(MUCH_FOLLOWED)))
    for number in range(FILTERS):
        server.call(token, "POST", "/api/v2/filters", {
            "title": f"Filter {number}", "context": ["home"], "filter_action": "warn",
            "keywords_attributes": [{"keyword": f"nobody says this {number}", "whole_word": True}]})
    for number in range(LISTS):
        made = server.call(token, "POST", "/api/v1/lists", {"title": f"List {number}"})["id"]
        first = number * (MUCH_FOLLOWED - LIST_MEMBERS) // LISTS
        members = [str(first + member) for member in range(1, LIST_MEMBERS + 1)]
        server.call(token, "POST", f"/api/v1/lists/{made}/accounts", {"account_ids": members})
    return token, made


def run(server, text):
    if DATABASE:
        subprocess.run(["psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", DATABASE], input=text, text=True, check=True)
        return
    database = sqlite3.connect(f"{server.folder}/staffroom.db", timeout=60)
    database.executescript(f"BEGIN;{text}COMMIT;")
    database.close()


def main():
    if DATABASE:
        maintenance, name = DATABASE.rsplit("/", 1)
        for command in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
            subprocess.run(["psql", "-q", "-d", f"{maintenance}/postgres", "-c", command], check=True)
    with tempfile.TemporaryDirectory() as place:
        server = Server(pathlib.Path(place), DATABASE)
        server.start()
        token, writer = server.create("reader"), server.create("pen")
        reader = server.call(token, "GET", "/api/v1/accounts/verify_credentials")["id"]
        run(server, PEOPLE + FOLLOWS.replace("READER", reader).replace("COUNT", str(FOLLOWED)))
        have = 0
        for count in STATUSES:
            run(server, GROW.replace("READER", reader).replace("FIRST", str(have + 1)).replace("LAST", str(count)))
            # The newest are found first.
            last, have = have + 1, count
            begun = time.monotonic()
            while not server.call(token, "GET", f"/api/v2/search?type=statuses&q=%22class+{last}%22")["statuses"]:
                time.sleep(1)
            print(f"\nthe search knew all after {time.monotonic() - begun:.0f} s")
            print(f"\n{count:,} statuses stored\n\n| GET | per second | server CPU each | median |\n|---|---|---|---|")
            server.wrk("home, 20", "/api/v1/timelines/home", token)
            server.wrk("public, 20", "/api/v1/timelines/public", token)
            server.wrk("local, 20", "/api/v1/timelines/public?local=true", token)
            server.wrk("tag, 20", "/api/v1/timelines/tag/grown", token)
            server.wrk("account, 20", "/api/v1/accounts/7/statuses", token)
            server.wrk("notifications, 40", "/api/v1/notifications", token)
            server.wrk("context", f"/api/v1/statuses/{(count // 2 - 6) * 65536}/context", token)
            server.wrk("search, a word of all", "/api/v2/search?type=statuses&q=fractions", token)
            server.wrk("search, a word of one", f"/api/v2/search?type=statuses&q={count // 3}", token)
            server.wrk("search, none", "/api/v2/search?type=statuses&q=%22fractions+lesson%22+-class", token)
            wall, cpu = server.publish(writer, 100)
            print(f"\npublish: {wall:.2f} ms, CPU {cpu:.2f} ms; memory: {server.memory():.0f} MiB", flush=True)
        token, in_list = burdened(server)
        print(f"\none who follows {MUCH_FOLLOWED:,}, with {FILTERS:,} filters and {LISTS} lists\n\n| GET | per second | server CPU each | median |\n|---|---|---|---|")
        server.wrk("home, 20", "/api/v1/timelines/home", token)
        server.wrk("a list, 20", f"/api/v1/timelines/list/{in_list}", token)
        server.wrk("public, 20", "/api/v1/timelines/public", token)
        server.wrk("all lists", "/api/v1/lists", token)
        server.stop()


main()
