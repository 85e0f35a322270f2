"""A plugin for pytest: a client's own tests, run against a running server, and what is expected of them.

Recordings are not replayed. `--expected FILE` names the tests that cannot pass, one a line with the reason after it;
one of them that passes fails the run, as does one that is not there.
"""

import contextlib
import types

import pytest

# How the reason begins of a test that would ask servers elsewhere, or only wait.
NOT_RUN = "not run:"


def pytest_addoption(parser):
    parser.addoption("--expected", help="the file of expected failures")


def pytest_configure(config):
    config.addinivalue_line("markers", "vcr: was recorded; here it is live")
    config.expected = dict(entries(config.getoption("--expected")))
    with contextlib.suppress(ImportError):
        import vcr

        vcr.use_cassette = lambda *_, **__: contextlib.nullcontext()


def entries(path):
    with open(path, encoding="utf-8") as lines:
        for line in map(str.strip, lines):
            if line and not line.startswith("#"):
                name, _, reason = line.partition(" ")
                assert reason.strip(), f"{path}: {name} has no reason"
                yield name, reason.strip()


@pytest.fixture
def vcr():
    """Tests change how a recording is matched; nothing is recorded here."""
    return types.SimpleNamespace()


class LiveWebSocket:
    """In place of Mastodon.py's recording of a WebSocket: the WebSocket."""

    # Tests wait for what they hear, as when they were recorded.
    recording = True

    def __init__(self, _path, _mode, opening):
        self.open_websocket = opening

    def finish(self):
        pass


def pytest_collection_modifyitems(session, config, items):
    for plugin in config.pluginmanager.get_plugins():
        if hasattr(plugin, "WebSocketCassette"):
            plugin.WebSocketCassette = LiveWebSocket
    # What a name stands for: a test, or with all its parameters, a test.
    files = {item.nodeid.partition("::")[0] for item in items}
    left = {name: reason for name, reason in config.expected.items() if name.partition("::")[0] in files}
    for item in items:
        for name in {item.nodeid, item.nodeid.partition("[")[0]} & config.expected.keys():
            reason = config.expected[name]
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True, run=not reason.startswith(NOT_RUN)))
            left.pop(name, None)
    if left and not config.getoption("keyword"):
        raise pytest.UsageError(f"expected to fail, but not there: {', '.join(left)}")


def pytest_terminal_summary(terminalreporter, config):
    counted = {kind: len(terminalreporter.getreports(kind)) for kind in ("passed", "xfailed", "skipped", "failed", "error")}
    terminalreporter.write_line(
        f"passed {counted['passed']}, named as impossible {counted['xfailed']}, skipped by the client's authors {counted['skipped']}, "
        f"wrong {counted['failed'] + counted['error']}"
    )
