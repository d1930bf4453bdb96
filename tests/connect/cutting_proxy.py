"""A TCP proxy in front of a gRPC server that cuts connections where the test says.

    with CuttingProxy(port) as proxy:
        proxy.cut("down", "frames", 3)    # Once: the connection that carries the third HTTP/2 frame from here on, behind it.
        ...
        proxy.fired                       # Whether it has happened.

"down" is from the server to the client, "up" from the client to the server; the unit is "frames" or "bytes".
"""
import socket
import struct
import threading

PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")


class Frames:
    """Finds where HTTP/2 frames end in one direction of one connection."""

    def __init__(self, skip):
        self._skip = skip  # Of what comes, bytes that belong to the frame that has begun, or to the preface.
        self._head = b""

    def ends(self, data):
        """The offsets in `data` behind the last byte of a frame."""
        found, at = [], 0
        while at < len(data):
            if self._skip > 0:
                step = min(self._skip, len(data) - at)
                self._skip -= step
                at += step
                if self._skip == 0:
                    found.append(at)
                continue
            step = min(9 - len(self._head), len(data) - at)
            self._head += data[at:at + step]
            at += step
            if len(self._head) == 9:
                self._skip = struct.unpack(">I", b"\0" + self._head[:3])[0]
                self._head = b""
                if self._skip == 0:
                    found.append(at)
        return found


class CuttingProxy:
    def __init__(self, port):
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._mutex = threading.Lock()
        self._direction, self._unit, self._left, self._repeat = None, None, 0, 0
        self.cuts = 0
        self._open = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, direction, unit, after, repeat=False):
        """Cuts behind the `after`-th unit from now on; with `repeat` again and again."""
        with self._mutex:
            self._direction, self._unit, self._left, self.cuts = direction, unit, after, 0
            self._repeat = after if repeat else 0

    def rest(self):
        """Cuts no more."""
        with self._mutex:
            self._direction = None

    @property
    def fired(self):
        return self.cuts > 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.close()
        with self._mutex:
            pairs = list(self._open)
        for pair in pairs:
            self._close(pair)

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            pair = (client, server)
            with self._mutex:
                self._open.add(pair)
            for end in pair:
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for name, source, target, skip in (("up", client, server, PREFACE), ("down", server, client, 0)):
                threading.Thread(target=self._pump, args=(name, source, target, Frames(skip), pair), daemon=True).start()

    def _place_of_cut(self, direction, data, ends):
        """How much of `data` still passes before the cut; None: all, without a cut."""
        with self._mutex:
            if direction != self._direction:
                return None
            there = len(data) if self._unit == "bytes" else len(ends)
            if there < self._left:
                self._left -= there
                return None
            place = self._left if self._unit == "bytes" else ends[self._left - 1]
            self.cuts += 1
            if self._repeat:
                self._left = self._repeat
            else:
                self._direction = None
            return place

    def _pump(self, direction, source, target, frames, pair):
        try:
            while data := source.recv(65536):
                place = self._place_of_cut(direction, data, frames.ends(data))
                target.sendall(data if place is None else data[:place])
                if place is not None:
                    break
        except OSError:
            pass
        self._close(pair)

    def _close(self, pair):
        with self._mutex:
            self._open.discard(pair)
        for end in pair:
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            end.close()
