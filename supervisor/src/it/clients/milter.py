"""Sends a mail to a milter as a mail server does, and prints what becomes of it: milter.py PORT MAIL"""
import socket
import struct
import sys

# what a milter asks to leave out, and where it does not reply: bits of its negotiation
STEPS = {"C": (0x01, 0x1000), "H": (0x02, 0x2000), "M": (0x04, 0x4000), "R": (0x08, 0x8000), "T": (0x200, 0x10000),
         "L": (0x20, 0x80), "N": (0x40, 0x40000), "B": (0x10, 0x80000), "E": (0, 0)}
WORDS = {"c": "accepted", "a": "accepted", "r": "rejected", "d": "rejected", "t": "deferred"}

milter = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 17)


def send(command, content):
    milter.sendall(struct.pack(">I", len(content) + 1) + command.encode() + content)


def receive():
    def take(count):
        content = b""
        while len(content) < count:
            more = milter.recv(count - len(content))
            if not more:
                sys.exit("error: the milter closed the connection")
            content += more
        return content

    content = take(struct.unpack(">I", take(4))[0])
    return chr(content[0]), content[1:]


def step(command, content):
    left_out, silent = STEPS[command]
    if protocol & left_out:
        return
    send(command, content)
    if protocol & silent:
        return
    reply, text = receive()
    # changes to the mail, and progress
    while reply not in "cardty":
        reply, text = receive()
    if reply == "y":
        print(("rejected " if text.startswith(b"5") else "deferred ") + text.rstrip(b"\0").decode())
        sys.exit()
    if reply != "c" or command == "E":
        print(WORDS[reply])
        sys.exit()


send("O", struct.pack(">III", 6, 0x1ff, 0xfffff))
_, options = receive()
protocol = struct.unpack(">III", options[:12])[2]
head, body = open(sys.argv[2], "rb").read().split(b"\r\n\r\n", 1)
step("C", b"localhost\0004" + struct.pack(">H", 25) + b"127.0.0.1\0")
step("H", b"localhost\0")
step("M", b"<sender@example.org>\0")
step("R", b"<someone@example.org>\0")
step("T", b"")
for line in head.split(b"\r\n"):
    name, value = line.split(b": ", 1)
    step("L", name + b"\0" + value + b"\0")
step("N", b"")
for at in range(0, len(body), 65535):
    step("B", body[at:at + 65535])
step("E", b"")
