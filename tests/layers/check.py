#!/usr/bin/env python3
"""Holds the source tree to the module table of ARCHITECTURE.md.

    check.py [--root DIR] [--architecture FILE]

Each row of that table names a folder under src/, the folders it may use, and the third-party libraries it may use:

    | folder | what it is | may use | third party |
    | `stream/` | ... | processor, connector, data, base | Arrow, JSON |

A folder cell may name several folders. In "may use", `clients/*` stands for every folder below clients/, `all` for
every folder, and "X and below" for X with all that X may use in turn; words in parentheses are not read.

x_test.cc and x_testing.h are tests: they may use GoogleTest and what the module declares for its tests.

What is compared with the table: each #include in src/ and in include/, and the DEPS and THIRD_PARTY of each
millrace_module(). Prints one line for each violation and returns 1 if there is one.
"""

import argparse
import pathlib
import re
import sys

# Name in the table -> what its headers are called, what its CMake targets are called.
LIBRARIES = {
    "fmt": (("fmt/",), ("fmt::",)),
    "Arrow": (("arrow/",), ("Arrow::",)),
    "Parquet": (("parquet/",), ("Parquet::",)),
    "JSON": (("nlohmann/",), ("nlohmann_json::",)),
    "simdjson": (("simdjson.h", "simdjson/"), ("simdjson::",)),
    "DuckDB": (("duckdb.h",), ("DuckDB::",)),
    "librdkafka": (("librdkafka/",), ("RdKafka::",)),
    "absl": (("absl/",), ("absl::",)),
    "CLI11": (("CLI/",), ("CLI11::",)),
    "OpenSSL": (("openssl/",), ("OpenSSL::",)),
    "zlib": (("zlib.h",), ("ZLIB::",)),
    "gRPC": (("grpc/", "grpcpp/"), ("gRPC::",)),
    "protobuf": (("google/protobuf/", "spark/connect/"), ("protobuf::", "SparkConnect::")),
    "zstd": (("zstd.h",), ("zstd::",)),
    "PCRE2": (("pcre2.h",), ("PCRE2::",)),
    "GoogleTest": (("gtest/", "gmock/"), ("GTest::",)),
}
SYSTEM = {
    "dirent.h", "dlfcn.h", "execinfo.h", "cxxabi.h", "fcntl.h", "malloc.h", "netdb.h", "poll.h", "pthread.h", "pwd.h", "signal.h", "spawn.h",
    "termios.h", "time.h", "unistd.h", "emmintrin.h", "immintrin.h", "arm_neon.h",
}
SYSTEM_FOLDERS = ("sys/", "netinet/", "arpa/", "linux/")
VAGUE_NAME = re.compile(r"(^|_)(utils?|helpers?|common|misc|impl)(_|\.|$)")
INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]')


class TableError(Exception):
    """The module table is missing or cannot be read."""


class Module:
    def __init__(self, folder, uses, libraries):
        self.folder = folder
        self.uses = uses
        self.libraries = libraries


def _cells(line):
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _words(cell):
    cell = re.sub(r"\([^)]*\)", "", cell).replace("`", "")
    return [word.strip().rstrip("/") for word in cell.split(",") if word.strip()]


def read_table(text):
    """Returns {folder: Module} from the table whose header is folder | ... | may use | third party..."""
    rows, inside = [], False
    for line in text.splitlines():
        if not line.lstrip().startswith("|"):
            inside = False
            continue
        cells = _cells(line)
        if len(cells) == 4 and cells[0] == "folder" and cells[2] == "may use":
            inside = True
        elif inside and not set(line) <= set("|-: \t"):
            if len(cells) != 4:
                raise TableError(f"a row of the module table has not 4 cells: {line.strip()}")
            rows.append(cells)
    if not rows:
        raise TableError("there is no module table (a header '| folder | ... | may use | third party |')")
    modules = {}
    for folder_cell, _, uses_cell, libraries_cell in rows:
        folders = [name.rstrip("/") for name in re.findall(r"`([^`]+)`", folder_cell)]
        if not folders:
            raise TableError(f"a row of the module table names no folder in backticks: {folder_cell}")
        libraries = _words(libraries_cell)
        for library in libraries:
            if library not in LIBRARIES:
                raise TableError(f"{folder_cell}: unknown library '{library}'; tests/layers/check.py lists the known ones")
        for folder in folders:
            modules[folder] = Module(folder, _words(uses_cell), set(libraries))
    for module in modules.values():
        module.uses = _resolve(module.folder, module.uses, modules, ())
    return modules


def _resolve(folder, words, modules, path):
    """The folders that `words` stand for, in the row of `folder`."""
    if isinstance(words, set):
        return words
    if folder in path:
        raise TableError("the module table has a circle: " + " -> ".join(path + (folder,)))
    found = set()
    for word in words:
        below = word.endswith(" and below")
        word = word.removesuffix(" and below")
        if word == "all":
            found |= set(modules)
        elif word.endswith("/*"):
            found |= {name for name in modules if name.startswith(word[:-1])}
        elif word in modules:
            found.add(word)
        else:
            raise TableError(f"`{folder}/` may use '{word}', which is no folder of the table")
        if below:
            found |= _resolve(word, modules[word].uses, modules, path + (folder,))
            for name in list(found):
                found |= _resolve(name, modules[name].uses, modules, path + (folder,))
    return found - {folder}


def module_of(path, modules):
    """The module that a file belongs to, by its path relative to src/: the longest folder that is one."""
    folder = path.rpartition("/")[0]
    while folder and folder not in modules:
        folder = folder.rpartition("/")[0]
    return folder


def library_of(header):
    for name, (prefixes, _) in LIBRARIES.items():
        if any(header == p or (p.endswith("/") and header.startswith(p)) for p in prefixes):
            return name
    return None


def is_system(header):
    return "." not in header or header in SYSTEM or header.startswith(SYSTEM_FOLDERS)


class Declared:
    """What a module's CMakeLists.txt says."""

    def __init__(self, text):
        text = re.sub(r"#.*", "", text)
        call = re.search(r"millrace_module\(([^)]*)\)", text)
        lists = {"": [], "DEPS": [], "THIRD_PARTY": [], "TEST_DEPS": [], "TEST_THIRD_PARTY": []}
        current = ""
        for word in call.group(1).split() if call else []:
            if word in lists:
                current = word
            else:
                lists[current].append(word)
        self.is_module = call is not None
        self.test_only = "TEST_ONLY" in lists[""]
        self.deps, self.test_deps = lists["DEPS"], lists["TEST_DEPS"]
        self.libraries = [self._library(t) for t in lists["THIRD_PARTY"]]
        self.test_libraries = [self._library(t) for t in lists["TEST_THIRD_PARTY"]]

    @staticmethod
    def _library(target):
        for name, (_, targets) in LIBRARIES.items():
            if target.startswith(targets):
                return name
        return target


class Checker:
    def __init__(self, root, modules):
        self.root, self.modules, self.violations = root, modules, []
        self.source = root / "src"
        self.declared = {}

    def report(self, path, line, text):
        self.violations.append(f"{path.relative_to(self.root)}:{line}: {text}")

    def run(self):
        for lists in sorted(self.source.rglob("CMakeLists.txt")):
            self.check_declaration(lists)
        for path in sorted(self.source.rglob("*")):
            if path.suffix in (".h", ".cc"):
                self.check_source(path)
        for path in sorted((self.root / "include").rglob("*.h")):
            self.check_public_header(path)
        return self.violations

    def check_declaration(self, lists):
        declared = Declared(lists.read_text())
        if not declared.is_module:
            return
        folder = lists.parent.relative_to(self.source).as_posix()
        self.declared[folder] = declared
        module = self.modules.get(folder)
        if module is None:
            self.report(lists, 1, f"src/{folder} is a module, but no row of ARCHITECTURE.md's table names it")
            return
        for dep in declared.deps:
            if dep not in module.uses:
                self.report(lists, 1, f"src/{folder} declares {dep}, which it may not use")
        for library in declared.libraries:
            if library not in module.libraries and not (declared.test_only and library == "GoogleTest"):
                self.report(lists, 1, f"src/{folder} declares {library}, which it may not use")

    def check_source(self, path):
        relative = path.relative_to(self.source).as_posix()
        folder = module_of(relative, self.modules)
        if VAGUE_NAME.search(path.name):
            self.report(path, 1, "a file name should say what is in it: no util, helper, common, misc, impl")
        if not folder:
            self.report(path, 1, "belongs to no module of ARCHITECTURE.md's table")
            return
        module = self.modules[folder]
        declared = self.declared.get(folder, Declared(""))
        is_test = path.stem.endswith(("_test", "_testing"))
        uses, libraries = set(module.uses), set(module.libraries)
        if is_test:
            uses |= set(declared.test_deps)
            libraries |= set(declared.test_libraries)
        if is_test or declared.test_only:
            libraries.add("GoogleTest")
        for number, quote, header in includes_of(path):
            if quote == '"':
                self.check_own_header(path, number, header, folder, uses)
                if header.endswith("_testing.h") and not is_test:
                    self.report(path, number, f'only tests may use "{header}"')
                continue
            library = library_of(header)
            if library is not None and library not in libraries:
                self.report(path, number, f"src/{folder} may not use {library}: #include <{header}>")
            elif library is None and not is_system(header):
                self.report(path, number, f"<{header}> is of no library that tests/layers/check.py knows")

    def check_own_header(self, path, number, header, folder, uses):
        if (self.root / "include" / header).is_file():
            return
        if not (self.source / header).is_file():
            self.report(path, number, f'"{header}" is neither below src/ nor below include/')
            return
        target = module_of(header, self.modules)
        if target != folder and target not in uses:
            self.report(path, number, f'src/{folder} may not use src/{target or header}: #include "{header}"')

    def check_public_header(self, path):
        for number, quote, header in includes_of(path):
            own = (self.root / "include" / header).is_file()
            if not own and (quote == '"' or not is_system(header)):
                self.report(path, number, f"a public header may include only the standard library and millrace/: {header}")


def includes_of(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1), match.group(2)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--architecture", type=pathlib.Path, help="default: ARCHITECTURE.md in the root")
    options = parser.parse_args(arguments)
    architecture = options.architecture or options.root / "ARCHITECTURE.md"
    try:
        modules = read_table(architecture.read_text())
    except (OSError, TableError) as error:
        print(f"{architecture}: {error}")
        return 1
    violations = Checker(options.root, modules).run()
    for violation in violations:
        print(violation)
    print(f"{len(violations)} violations of the layers, {len(modules)} modules in the table")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
