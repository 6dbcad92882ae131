"""`python -m tests.promises.offline RECORD ...`: runs the command line and writes down every way out of the machine.

An audit hook of the interpreter is told of every socket, name that is looked up, and process that is started, whatever
library asks for it. Files of this machine (`AF_UNIX`) are no way out.
"""

import socket
import sys

OUTWARD = {
    "socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind", "socket.getaddrinfo", "socket.gethostbyname",
    "socket.gethostbyaddr", "socket.getnameinfo", "subprocess.Popen", "os.system", "os.exec", "os.posix_spawn",
    "os.fork", "os.forkpty", "urllib.Request", "http.client.connect", "ctypes.dlopen",
}  # fmt: skip
"""Audit events, and what would get past them: other programs, and libraries that call the system themselves."""


def watch(record: str) -> None:
    """Append every such event to a file from now on."""

    def hook(event: str, given: tuple[object, ...]) -> None:
        local = bool(given) and isinstance(given[0], socket.socket) and given[0].family == socket.AF_UNIX
        if event in OUTWARD and not local and not (event == "ctypes.dlopen" and given[0] is None):
            with open(record, "a", encoding="utf-8") as stream:
                stream.write(f"{event} {given!r}\n")

    sys.addaudithook(hook)


def main() -> None:
    """The command line under watch."""
    watch(sys.argv[1])
    sys.argv = ["tokencost", *sys.argv[2:]]
    from tokencost.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
