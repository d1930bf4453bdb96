"""What a power cut leaves of a folder: what was not synced is lost.

The rules are POSIX's, which promise the least: bytes are kept by an fsync of their file, a name by an fsync of the
folder that it stands in. Removals are not undone: a file that is back must be looked at where removing is tested.
"""

import shutil


class UnsyncedNames:
    """What a sequence of calls (faulty_job.Call) has left open to loss."""

    def __init__(self, calls):
        self._names = []  # (folder that must be synced, path), in order.
        self._bytes = set()  # Files with bytes that were not synced.
        for call in calls:
            if call.succeeded:
                self._see(call)

    def _see(self, call):
        if call.kind == "write":
            self._bytes.add(call.path)
        elif call.kind == "sync" and call.path.endswith("/"):
            folder = call.path.removesuffix("/")
            self._names = [name for name in self._names if name[0] != folder]
        elif call.kind == "sync":
            self._bytes.discard(call.path)
        elif call.kind in ("rename", "link"):
            if call.old_path in self._bytes:
                self._bytes.add(call.path)
            self._names.append((_folder(call.path), call.path))
        elif call.kind == "mkdir":
            self._names.append((_folder(call.path), call.path))
        elif call.kind in ("unlink", "rmdir"):
            self._names = [name for name in self._names if name[1] != call.path]

    def __bool__(self):
        return bool(self._names)

    def cut(self, root, rng=None):
        """Takes away from `root` every name that was not synced; with `rng` only some of them, and of those that stay
        the bytes that were not. Names in a folder that is lost are lost with it. Says what was lost."""
        lost = []
        for _, path in reversed(self._names):
            if rng is None or rng.random() < 0.6:
                _remove(root / path)
                lost.append(path)
            elif path in self._bytes:
                _halve(root / path)
                lost.append(f"half of {path}")
        return lost


def _folder(path):
    return path.rpartition("/")[0] or "."


def _remove(path):
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _halve(path):
    if path.exists():
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
