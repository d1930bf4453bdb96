#!/usr/bin/env python3
"""Takes Spark Connect's protocol out of the Python package that carries it.

    protocol_descriptors.py PACKAGE.tar.gz OUT.desc

Each *_pb2.py of pyspark/sql/connect/proto holds one serialized FileDescriptorProto as a bytes literal. The literals are
read, nothing of the package is run. OUT.desc is a FileDescriptorSet, which protoc takes with --descriptor_set_in.
"""

import ast
import re
import sys
import tarfile

MEMBER = re.compile(r"^[^/]+/pyspark/sql/connect/proto/(\w+)_pb2\.py$")
LEFT_OUT = {"example_plugins"}  # An example, which nothing imports.


def descriptor_in(source, name):
    """The argument of the one call of AddSerializedFile."""
    found = [
        call.args[0].value
        for call in ast.walk(ast.parse(source))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "AddSerializedFile"
        and len(call.args) == 1
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, bytes)
    ]
    if len(found) != 1:
        raise SystemExit(f"{name}: expected one serialized descriptor, found {len(found)}")
    return found[0]


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def main(package, out):
    parts = []
    with tarfile.open(package) as archive:
        for member in archive:
            match = MEMBER.match(member.name)
            if match and match.group(1) not in LEFT_OUT:
                descriptor = descriptor_in(archive.extractfile(member).read(), member.name)
                parts.append(b"\x0a" + varint(len(descriptor)) + descriptor)  # FileDescriptorSet.file
    if not parts:
        raise SystemExit(f"{package}: no descriptors of Spark Connect in it")
    with open(out, "wb") as file:
        file.write(b"".join(parts))


if __name__ == "__main__":
    main(*sys.argv[1:])
