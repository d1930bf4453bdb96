#!/usr/bin/env python3
"""symbols_test.py LIBMILLRACE PRIVATE_FOLDER: no library that set-up fetched shares a symbol with one of the system's.

Two libraries of one process that define the same name without telling their versions apart call each other's functions:
whichever was loaded first serves both. The pyarrow wheel's libparquet did that to OpenSSL and to simdjson.
"""

import itertools
import pathlib
import re
import subprocess
import sys

# The C and C++ runtime: shared on purpose.
RUNTIME = ("libc.so", "libm.so", "libstdc++.so", "libgcc_s.so", "ld-linux", "libmillrace.so", "libpthread.so",
           "libdl.so", "librt.so", "libasan.so", "libubsan.so", "libtsan.so")


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def loaded_libraries(library):
    for path in re.findall(r"=> (/\S+)", run("ldd", library)):
        if not pathlib.Path(path).name.startswith(RUNTIME):
            yield pathlib.Path(path)


def strong_symbols(library):
    """Functions and data that the library defines; not what C++ emits in every library that uses a template."""
    names = set()
    for line in run("nm", "-D", "--defined-only", str(library)).splitlines():
        kind, name = line.split()[-2:]
        if kind in "TDBR" and not name.startswith(("_init", "_fini", "_end", "_edata", "__bss_start", "__cxa_")):
            names.add(name.split("@")[0])
    return names


def main(library, private_folder):
    libraries = list(loaded_libraries(library))
    private = [path for path in libraries if path.parent.resolve() == pathlib.Path(private_folder).resolve()]
    system = [path for path in libraries if path not in private]
    print(f"{len(private)} private libraries, {len(system)} of the system")
    if not private:
        print("all libraries are the system's: nothing to compare")
        return 77
    symbols = {path: strong_symbols(path) for path in libraries}
    clashes = 0
    for mine, other in itertools.product(private, system):
        common = sorted(symbols[mine] & symbols[other])
        if common:
            clashes += 1
            print(f"{mine.name} and {other.name} both define {len(common)} symbols: {', '.join(common[:5])} ...")
    return 1 if clashes else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
