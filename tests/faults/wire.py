"""A wire between a program and a server that tests cut, hold and mend."""

import contextlib
import socket
import threading
from collections.abc import Iterator

from tests.harness.services import free_port


class Wire:
    """Passes bytes on between a port of its own and a server's."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.port = free_port()
        self._may_pass = threading.Event()
        self._may_pass.set()
        self._ends: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.mend()

    def cut(self) -> None:
        """Break every connection and refuse new ones: the server is gone."""
        if self._listener:
            # Closing alone would leave the thread that accepts holding the port open.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        self._hang_up()

    def hold(self) -> None:
        """Take connections and bytes, and pass nothing on: the server is silent."""
        self._may_pass.clear()

    def mend(self) -> None:
        """Let everything pass again. What was held back is lost with its connections, as after a restart."""
        if not self._may_pass.is_set():
            self._hang_up()
            self._may_pass.set()
        if self._listener is None:
            self._listener = socket.create_server(("127.0.0.1", self.port), backlog=50)
            threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _address = listener.accept()
                threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        self._ends.append(near)
        self._may_pass.wait()
        try:
            far = socket.create_connection(self.target)
        except OSError:
            near.close()
            return
        self._ends.append(far)
        threading.Thread(target=self._pump, args=(near, far), daemon=True).start()
        self._pump(far, near)

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                self._may_pass.wait()
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _hang_up(self) -> None:
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextlib.contextmanager
def wire(port: int) -> Iterator[Wire]:
    """A wire to a server on this machine."""
    running = Wire(("127.0.0.1", port))
    try:
        yield running
    finally:
        running.cut()
        running._may_pass.set()
