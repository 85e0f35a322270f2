#!/usr/bin/env python3
"""Types at a program in a terminal of its own, as somebody would who waits for each question.

type.py FOLDER SCRIPT PROGRAM ARGUMENT…   where SCRIPT is JSON: [[what is asked, what is typed], …]
Prints what was on the terminal; ends as the program does.
"""

import json
import os
import pty
import select
import sys
import time

PATIENCE = 30

folder, script, *command = sys.argv[1:]
process, terminal = pty.fork()
if process == 0:
    os.chdir(folder)
    os.execvp(command[0], command)

seen = b""


def read(seconds):
    """Adds what comes within this time; false at the end."""
    global seen
    ready, _, _ = select.select([terminal], [], [], seconds)
    if not ready:
        return True
    try:
        part = os.read(terminal, 4096)
    except OSError:  # The other side is closed.
        return False
    seen += part
    return bool(part)


def give_up(why):
    sys.stdout.write(seen.decode(errors="replace"))
    sys.exit(f"\n{why}")


begun = 0
for question, answer in json.loads(script):
    until = time.monotonic() + PATIENCE
    while question.encode() not in seen[begun:]:
        if time.monotonic() > until or not read(1):
            give_up(f"never asked: {question}")
    begun = seen.index(question.encode(), begun) + len(question.encode())
    # The question is drawn before keys are listened for.
    time.sleep(0.2)
    os.write(terminal, answer.encode() + b"\r")

until = time.monotonic() + PATIENCE
while read(1):
    if time.monotonic() > until:
        give_up("did not end")
_, status = os.waitpid(process, 0)
sys.stdout.write(seen.decode(errors="replace"))
sys.exit(os.waitstatus_to_exitcode(status))
