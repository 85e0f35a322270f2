#!/usr/bin/env python3
"""The main story, told by clients that people use: Mastodon.py and toot, against two running schools. With `counts` as the last
word they show the numbers of others."""

import datetime
import http.server
import io
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import requests
from mastodon import Mastodon, StreamListener
from PIL import Image

from school import PASSWORD, School, eventually

PROGRAM, TOOT = sys.argv[1:3]
COUNTS = sys.argv[3:] == ["counts"]
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
SCOPES = ["read", "write", "follow", "push"]


def field(page, name):
    return re.search(f'name="{name}" value="([^"]*)"', page).group(1)


def code_by_browser(base, address, name):
    """Signs in and says yes, as a person does in a browser without JavaScript."""
    browser = requests.Session()
    page = browser.get(address).text
    page = browser.post(
        f"{base}/sign-in",
        data={"csrf": field(page, "csrf"), "return_to": unescape(field(page, "return_to")),
              "login": name, "password": PASSWORD},
    ).text
    form = {key: unescape(value) for key, value in
            re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)}
    page = browser.post(f"{base}/oauth/authorize", data=form | {"decision": "allow"}).text
    return re.search(r'id="authorization-code">([^<]+)<', page).group(1)


def unescape(text):
    import html
    return html.unescape(text)


def sign_in(school, name):
    client_id, secret = Mastodon.create_app(
        "Story", api_base_url=school.base, scopes=SCOPES, redirect_uris=OUT_OF_BAND
    )
    client = Mastodon(client_id=client_id, client_secret=secret, api_base_url=school.base)
    address = client.auth_request_url(
        scopes=SCOPES, redirect_uris=OUT_OF_BAND, allow_http=True
    )
    code = code_by_browser(school.base, address, name)
    client.log_in(
        code=code, scopes=SCOPES, redirect_uri=OUT_OF_BAND, allow_http=True
    )
    return client


def by_mastodon_py(harbour, moor):
    ada, bo = sign_in(harbour, "ada"), sign_in(moor, "bo")
    assert ada.account_verify_credentials()["username"] == "ada"
    assert ada.instance()["version"].startswith("4.6.0 (compatible; Staffroom ")

    found = ada.search(f"@bo@{moor.host}", resolve=True, result_type="accounts")["accounts"][0]
    ada.account_follow(found)
    eventually(lambda: ada.account_relationships(found)[0]["following"])

    picture = io.BytesIO()
    Image.new("RGB", (120, 80), (23, 96, 79)).save(picture, "JPEG")
    media = bo.media_post(picture.getvalue(), mime_type="image/jpeg", description="Green paper", focus=(0.2, 0.4))
    assert media["blurhash"] and media["meta"]["original"]["width"] == 120
    posted = bo.status_post("Fold it twice. #Fractions", media_ids=[media], visibility="public", language="en")
    home = eventually(lambda: [s for s in ada.timeline_home() if "Fold it twice" in s["content"]])
    assert home[0]["media_attachments"][0]["description"] == "Green paper"

    ada.status_reply(home[0], "And once more.")
    told = eventually(lambda: bo.notifications(types=["mention"]))
    assert told[0]["account"]["acct"] == f"ada@{harbour.host}"
    assert bo.status_context(posted)["descendants"][0]["account"]["acct"] == f"ada@{harbour.host}"
    ada.status_favourite(home[0])
    ada.status_reblog(home[0])
    assert ada.status_bookmark(home[0])["bookmarked"]
    assert ada.bookmarks()[0]["id"] == home[0]["id"]
    assert eventually(lambda: bo.notifications(types=["favourite"])) and eventually(
        lambda: bo.notifications(types=["reblog"])
    )
    # Numbers of one's own are one's own to see, those of others only where they are shown.
    mine, theirs = bo.status(posted), ada.status(home[0])
    assert (mine["favourites_count"], mine["reblogs_count"]) == (1, 1)
    seen = 1 if COUNTS else 0
    assert (theirs["favourites_count"], theirs["reblogs_count"]) == (seen, seen)
    assert ada.account(found)["followers_count"] == seen
    assert bool(ada.status_favourited_by(home[0])) == COUNTS

    assert ada.timeline_hashtag("fractions")[0]["id"] == home[0]["id"]
    assert bo.search("fractions", result_type="hashtags")["hashtags"][0]["name"] == "fractions"
    edited = bo.status_update(posted, "Fold it three times.")
    assert edited["edited_at"] and bo.status_source(posted)["text"] == "Fold it three times."
    assert len(bo.status_history(posted)) == 2
    bo.status_pin(posted)
    assert bo.account_statuses(posted["account"], pinned=True)[0]["id"] == posted["id"]
    bo.markers_set(["home"], [posted])
    assert bo.markers_get(["home"])["home"]["last_read_id"] == posted["id"]
    assert bo.preferences()["posting:default:visibility"] == "public"
    pages = bo.fetch_remaining(bo.account_statuses(posted["account"], limit=1))
    assert len(pages) == 1
    bo.account_update_credentials(display_name="Bo", note="Maths", fields=[("Room", "12")])
    assert bo.account_verify_credentials()["source"]["fields"][0]["value"] == "12"
    bo.status_delete(posted)
    eventually(lambda: not [s for s in ada.timeline_home() if "Fold it" in s["content"]])
    reading(ada, bo, found)
    pushing(ada, bo, f"ada@{harbour.host}")
    listening(harbour, ada, bo)


def reading(ada, bo, of_bo):
    """How Ada arranges what she reads of Bo, whom she follows from another school."""
    science = ada.list_create("Science")
    ada.list_accounts_add(science, [of_bo])
    assert ada.list_accounts(science)[0]["id"] == of_bo["id"]
    bo.status_post("A mock exam for the list")
    listed = eventually(lambda: ada.timeline_list(science))[0]
    assert "mock exam" in listed["content"]
    assert ada.account_lists(of_bo)[0]["title"] == "Science"

    mocks = ada.create_filter_v2("Mocks", ["home"], "warn", keywords_attributes=[{"keyword": "mock", "whole_word": True}])
    met = ada.status(listed)["filtered"]
    assert met[0]["keyword_matches"] == ["mock"] and met[0]["filter"]["title"] == "Mocks"
    assert ada.filters_v2()[0]["id"] == mocks["id"]
    ada.delete_filter_v2(mocks)
    assert ada.status(listed)["filtered"] == []

    assert ada.account_note_set(of_bo, "met in Bath")["note"] == "met in Bath"
    assert ada.account_mute(of_bo, duration=3600)["muting"]
    assert [muted["id"] for muted in ada.mutes()] == [of_bo["id"]]
    assert not [s for s in ada.timeline_home() if s["account"]["id"] == of_bo["id"]]
    ada.account_unmute(of_bo)
    assert [s for s in ada.timeline_home() if s["account"]["id"] == of_bo["id"]]
    ada.list_delete(science)

    assert ada.tag_follow("Year8")["following"]
    assert [tag["name"] for tag in ada.followed_tags()] == ["year8"]

    ada.status_post(f"@{of_bo['acct']} a word?", visibility="direct")
    talk = eventually(lambda: bo.conversations())[0]
    assert talk["unread"] and not bo.conversations_read(talk)["unread"]

    week = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=7)
    later = ada.status_post("Next week", scheduled_at=week)
    assert ada.scheduled_statuses()[0]["params"]["text"] == "Next week"
    ada.scheduled_status_delete(later)
    assert ada.scheduled_statuses() == []


def pushing(ada, bo, handle_of_ada):
    """What Ada is told is pushed to her program, which reads it."""
    arrived = []

    class PushService(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            arrived.append((self.headers, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_):
            pass

    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), PushService)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    private, public = ada.push_subscription_generate_keys()
    endpoint = f"http://localhost:{service.server_port}/ada"
    subscription = ada.push_subscription_set(endpoint, public, mention_events=True)
    assert subscription["endpoint"] == endpoint and subscription["alerts"]["mention"]
    assert ada.push_subscription()["server_key"] == subscription["server_key"]
    bo.status_post(f"@{handle_of_ada} the bus is late")
    headers, body = eventually(lambda: arrived)[0]
    message = ada.push_subscription_decrypt_push(body, private, headers["Encryption"], headers["Crypto-Key"])
    assert message["notification_type"] == "mention" and "the bus is late" in message["body"]
    assert ada.notifications(message["notification_id"])["status"]["account"]["username"] == "bo"
    ada.push_subscription_delete()
    service.shutdown()


class Ear(StreamListener):
    """Remembers what it is told."""

    def __init__(self):
        self.heard = []

    def on_any_event(self, name, data=None, for_stream=None):
        self.heard.append((name, data))

    def on_abort(self, err):
        self.heard.append(("abort", err))

    def hears(self, name, fits=lambda _: True):
        return eventually(lambda: [data for kind, data in self.heard if kind == name and fits(data)])


def listening(harbour, ada, bo):
    """What happens is told at once: by server-sent events, and by one WebSocket for many streams."""
    assert ada.stream_healthy()
    by_events, by_socket = [[Ear() for _ in range(3)] for _ in range(2)]
    streams = [
        ada.stream_user(by_events[0], run_async=True),
        ada.stream_hashtag("Ears", by_events[1], run_async=True),
        ada.stream_direct(by_events[2], run_async=True),
    ]
    socket = ada.stream_open_websocket()
    ada.stream_user(by_socket[0], websocket_handle=socket)
    ada.stream_hashtag("Ears", by_socket[1], websocket_handle=socket)
    ada.stream_direct(by_socket[2], websocket_handle=socket)
    eventually(lambda: all(stream.is_receiving() for stream in [*streams, socket]))
    # The last that was subscribed to is listened to when a word of Ada's own comes in it.
    ada.status_post("Note to self", visibility="direct")
    for ear in (by_events[2], by_socket[2]):
        assert "Note to self" in ear.hears("conversation")[0]["last_status"]["content"]

    posted = bo.status_post("Who hears this? #Ears")
    for home, tag, _ in (by_events, by_socket):
        for ear in (home, tag):
            assert ear.hears("update", lambda status: "Who hears this?" in status["content"])[0]["account"]["acct"].startswith("bo@")
    bo.status_update(posted, "Who heard this? #Ears")
    bo.status_post(f"@ada@{harbour.host} a word?", visibility="direct")
    ada.create_filter_v2("Words", ["home"], "warn", keywords_attributes=[{"keyword": "word", "whole_word": True}])
    bo.status_delete(posted)
    for home, _, _ in (by_events, by_socket):
        assert home.hears("status.update")[0]["edited_at"]
        assert home.hears("notification")[0]["type"] == "mention"
        assert home.hears("filters_changed") == [None]
        assert home.hears("delete")
    socket.close()
    for stream in streams:
        stream.close()


def by_toot(harbour, moor, folder):
    environment = os.environ | {"XDG_CONFIG_HOME": str(folder / "toot"), "HOME": str(folder)}

    def toot(*words, answers=None):
        done = subprocess.run([TOOT, "--no-color", *words], env=environment, input=answers, text=True,
                              capture_output=True, timeout=60)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return done.stdout

    # It asks whether to open a browser, shows the address, and waits for the code.
    process = subprocess.Popen([TOOT, "--no-color", "login", "--instance", harbour.base], env=environment,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    process.stdin.write("n\n")
    process.stdin.flush()
    seen, address = "", None
    while not address:
        line = process.stdout.readline()
        assert line, seen
        seen += line
        address = re.search(r"http://\S+/oauth/authorize/?\?\S+", seen)
    process.stdin.write(code_by_browser(harbour.base, address.group(0), "ada") + "\n")
    process.stdin.flush()
    out, _ = process.communicate(timeout=30)
    assert process.returncode == 0, seen + out

    assert "ada" in toot("whoami")
    toot("post", "Said by toot #Toot")
    assert "Said by toot" in toot("timelines", "home", "--no-pager")
    assert "bo" in toot("search", f"@bo@{moor.host}", "--resolve")
    picture = folder / "dot.png"
    Image.new("RGB", (20, 20), (0, 0, 0)).save(picture)
    toot("post", "With a picture", "--media", str(picture), "--description", "A dot")
    assert "With a picture" in toot("timelines", "home", "--no-pager")
    status = re.search(r"\b(\d{15,20})\b", toot("timelines", "home", "--no-pager")).group(1)
    for deed in ("favourite", "unfavourite", "reblog", "unreblog", "bookmark", "unbookmark", "pin", "unpin"):
        toot(deed, status)
    toot("status", status)
    toot("thread", status)
    toot("notifications")
    toot("whois", f"bo@{moor.host}")
    toot("unfollow", f"bo@{moor.host}")
    toot("follow", f"bo@{moor.host}")
    toot("following")
    toot("delete", status)


def main():
    with tempfile.TemporaryDirectory() as place:
        folders = [pathlib.Path(place) / name for name in ("harbour", "moor", "home")]
        for folder in folders:
            folder.mkdir()
        settings = f"community.show_counts = {str(COUNTS).lower()}"
        harbour, moor = (School(PROGRAM, folder, settings=settings) for folder in folders[:2])
        try:
            harbour.start()
            moor.start()
            harbour.create("ada")
            moor.create("bo")
            by_mastodon_py(harbour, moor)
            print("Mastodon.py: the whole story")
            by_toot(harbour, moor, folders[2])
            print("toot: sign-in, posting with a picture, timeline, search, notifications")
        finally:
            for school in (harbour, moor):
                school.stop()


main()
