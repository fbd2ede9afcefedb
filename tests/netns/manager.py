#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# Copyright the lanparty authors
"""A service manager in small: keeps a program's sockets for it while it is restarted.

    manager.py PIDFILE COMMAND...

Speaks what systemd does (sd_notify(3), sd_listen_fds(3)). On SIGUSR1 the program is killed, and started
again two seconds later; on SIGTERM it is ended, and this with it. What the program tells goes to the
standard output, a line a message.
"""
import array, os, select, signal, socket, subprocess, sys, time

pid_file, command = sys.argv[1], sys.argv[2:]
stored = {}  # inode -> descriptor
wanted = []
heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = f"@lanparty-manager.{os.getpid()}"
heard.bind("\0" + name[1:])
wake, woken = os.pipe()
for number in (signal.SIGUSR1, signal.SIGTERM):
    signal.signal(number, lambda number, frame: (wanted.append(number), os.write(woken, b"x")))


def start():
    fds = list(stored.values())

    def hand_over():  # in the child, by way of numbers that none of them has
        for i, fd in enumerate(fds):
            os.dup2(fd, 200 + i, inheritable=False)
        for i in range(len(fds)):
            os.dup2(200 + i, 3 + i)

    env = {**os.environ, "NOTIFY_SOCKET": name}
    if fds:
        env |= {"LISTEN_FDS": str(len(fds)), "LISTEN_FDNAMES": ":".join(["lanparty-udp"] * len(fds))}
    said = ["sh", "-c", 'LISTEN_PID=$$; export LISTEN_PID; exec "$@"', "sh"]
    program = subprocess.Popen(said + command, env=env, close_fds=False, preexec_fn=hand_over)
    with open(pid_file, "w") as file:
        file.write(str(program.pid))
    return program


def take_message():
    data, control, _, _ = heard.recvmsg(4096, 4096)
    text = data.decode()
    for level, kind, content in control:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds = array.array("i")
            fds.frombytes(content[: len(content) - len(content) % 4])
            for fd in fds:
                os.set_inheritable(fd, False)
                if "FDSTORE=1" in text and os.fstat(fd).st_ino not in stored:
                    stored[os.fstat(fd).st_ino] = fd
                else:
                    os.close(fd)
    if "FDSTOREREMOVE=1" in text:
        for fd in stored.values():
            os.close(fd)
        stored.clear()
    print(text.replace("\n", " "), flush=True)


program = start()
while True:
    ready, _, _ = select.select([heard, wake], [], [])
    if heard in ready:
        take_message()
    if wake not in ready:
        continue
    os.read(wake, 1)
    number = wanted.pop(0)
    program.send_signal(signal.SIGKILL if number == signal.SIGUSR1 else signal.SIGTERM)
    program.wait()
    if number == signal.SIGTERM:
        sys.exit(0)
    time.sleep(2)
    program = start()
