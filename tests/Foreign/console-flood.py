"""Floods pseudo-terminals, as boards with 3 Mbaud consoles would, and says what it sent.

usage: console-flood.py PORTS SECONDS SEED BYTES_PER_SECOND

Prints the slaves' names, one line; waits for a line on standard input; floods; prints "bytes sha256" a port, one line
each; waits for the end of standard input, so that nothing is hung up before it was read.
"""

import hashlib
import os
import random
import select
import sys
import time
import tty

PIECE_SECONDS = 0.01
BOMBS = (b"\x1b[2J\x1b[1;31m", b"\x1b]0;title\x07", b"\x1b]52;c;QUFB\x07", b"\x9d0;x\x9c", b"\x1bP+q\x1b\\", b"\xff\x00\xff\xff")


def content(kind, draw, count):
    """Random garbage, NUL, a line without end, ANSI bombs, marks: one kind a port, in turns."""
    if kind == 0:
        return draw.randbytes(count)
    if kind == 1:
        return bytes(count)
    if kind == 2:
        return b"x" * count
    if kind == 3:
        return b"".join(draw.choices(BOMBS, k=count // 4 + 1))[:count]
    return b"\xff" * count


def main():
    ports, seconds, seed, rate = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    lines = []
    for number in range(ports):
        master, slave = os.openpty()
        tty.setraw(slave)
        print(os.ttyname(slave), end=" ")
        os.close(slave)  # only the name is needed; the master keeps the pair
        os.set_blocking(master, False)
        lines.append({"master": master, "hash": hashlib.sha256(), "sent": 0, "left": b"",
                      "draw": random.Random(seed * 1000 + number), "kind": number % 5})
    print(flush=True)
    sys.stdin.readline()
    piece = int(rate * PIECE_SECONDS)
    total = int(rate * seconds)
    start = time.monotonic()
    while any(line["sent"] < total or line["left"] for line in lines):
        due = min(total, int((time.monotonic() - start) * rate) + piece)
        for line in lines:
            while line["left"] or line["sent"] < due:
                if not line["left"]:
                    line["left"] = content(line["kind"], line["draw"], min(piece, total - line["sent"]))
                    line["hash"].update(line["left"])
                    line["sent"] += len(line["left"])
                try:
                    line["left"] = line["left"][os.write(line["master"], line["left"]):]
                except BlockingIOError:
                    break
        time.sleep(PIECE_SECONDS / 2)
    for line in lines:
        print(line["sent"], line["hash"].hexdigest())
    print(f"{time.monotonic() - start:.2f}", flush=True)
    select.select([sys.stdin], [], [], 600)


main()
