"""A USB relay board with the LCUS protocol on a pseudo terminal, written from its sellers' descriptions.

lcus-board.py [--channels N] [--mute] [--stuck CHANNEL] [--log FILE]

Prints the path of its serial port, then serves until it is killed. With --log every frame that moves a relay is written
down with the monotonic time in nanoseconds: "time channel state". --mute: does not answer the status request, as the
simple boards. --stuck: that relay never moves.
"""
import argparse
import fcntl
import os
import sys
import termios
import time

options = argparse.ArgumentParser()
options.add_argument("--channels", type=int, default=4)
options.add_argument("--mute", action="store_true")
options.add_argument("--stuck", type=int, default=0)
options.add_argument("--log")
options = options.parse_args()

master, slave = os.openpty()  # the slave stays open here: the board does not go away when nobody listens
attributes = termios.tcgetattr(slave)
attributes[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)
attributes[1] &= ~termios.OPOST
termios.tcsetattr(slave, termios.TCSANOW, attributes)
log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if options.log else None
closed = [False] * (options.channels + 1)
print(os.ttyname(slave), flush=True)


def frame(channel, state):
    if channel < 1 or channel > options.channels or state not in (0, 1) or channel == options.stuck:
        return
    if log is not None and closed[channel] != bool(state):
        os.write(log, b"%d %d %d\n" % (time.monotonic_ns(), channel, state))
    closed[channel] = bool(state)


pending = b""
while True:
    pending += os.read(master, 4096)
    fcntl.ioctl(slave, termios.TIOCNXCL)  # a port that is opened again after its holder died
    while pending:
        if pending[0] == 0xFF:
            pending = pending[1:]
            if not options.mute:
                for channel in range(1, options.channels + 1):
                    os.write(master, b"CH%d: %s\r\n" % (channel, b"ON" if closed[channel] else b"OFF"))
        elif pending[0] == 0xA0:
            if len(pending) < 4:
                break
            if sum(pending[:3]) & 0xFF == pending[3]:
                frame(pending[1], pending[2])
            pending = pending[4:]
        else:
            pending = pending[1:]
    if len(pending) > 4096:
        sys.exit("more than a board takes")
