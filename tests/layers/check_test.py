#!/usr/bin/env python3
"""The layer check finds what it is there to find: each test plants one violation in a small tree."""

import contextlib
import io
import pathlib
import tempfile
import unittest

import check

TABLE = """\
| folder | what it is | may use | third party |
|---|---|---|---|
| `base/` | | | fmt |
| `data/` | | base | Arrow, fmt |
| `clients/delta/`, `clients/kafka/` | | data, base | fmt |
| `sinks/delta/` | | clients/*, data, base | |
| `connector/testing/` | | data and below | |
| `app/` | | all | |
"""
TREE = {
    "ARCHITECTURE.md": TABLE,
    "include/millrace/types.h": "#include <string>\n",
    "src/base/CMakeLists.txt": "millrace_module(THIRD_PARTY fmt::fmt)\n",
    "src/base/status.h": "#include <string>\n#include <fcntl.h>\n#include <sys/stat.h>\n",
    "src/base/status.cc": '#include "base/status.h"\n\n#include <fmt/format.h>\n',
    "src/data/CMakeLists.txt": "millrace_module(DEPS base THIRD_PARTY Arrow::arrow_shared)\n",
    "src/data/batch.h": '#include <arrow/api.h>\n#include "base/status.h"\n#include "millrace/types.h"\n',
    "src/data/batch_test.cc": '#include <gmock/gmock.h>\n#include "data/batch.h"\n',
    "src/clients/delta/CMakeLists.txt": "millrace_module(DEPS data base\n  TEST_DEPS clients/kafka)\n",
    "src/clients/delta/log.h": '#include "data/batch.h"\n',
    "src/clients/delta/log_test.cc": '#include "clients/kafka/consumer.h"\n',
    "src/clients/kafka/CMakeLists.txt": "millrace_module()\n",
    "src/clients/kafka/consumer.h": "#include <vector>\n",
    "src/sinks/delta/CMakeLists.txt": "millrace_module(DEPS clients/delta)\n",
    "src/sinks/delta/delta_sink.cc": '#include "clients/delta/log.h"\n',
    "src/connector/testing/CMakeLists.txt": "millrace_module(TEST_ONLY DEPS data THIRD_PARTY GTest::gmock)\n",
    "src/connector/testing/kit.h": '#include <gtest/gtest.h>\n#include "base/status.h"\n',
    "src/app/main.cc": '#include "data/batch.h"\n',
}


class LayerCheck(unittest.TestCase):
    def check(self, changes=None):
        """Runs the check over TREE with `changes`; returns its code and what it printed."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**TREE, **(changes or {})}.items():
                path = pathlib.Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            out = io.StringIO()
            with contextlib.redirect_stdout(out):
                code = check.main(["--root", folder])
            return code, out.getvalue()

    def assert_found(self, changes, message):
        code, out = self.check(changes)
        self.assertIn(message, out)
        self.assertEqual(code, 1)

    def test_sound_tree_passes(self):
        code, out = self.check()
        self.assertEqual(code, 0, out)

    def test_include_of_a_higher_layer(self):
        self.assert_found({"src/base/clock.h": '// why\n#include "data/batch.h"\n'},
                          "src/base/clock.h:2: src/base may not use src/data")

    def test_include_of_a_sibling(self):
        self.assert_found({"src/clients/delta/log.cc": '#include "clients/kafka/consumer.h"\n'},
                          "src/clients/delta may not use src/clients/kafka")

    def test_third_party_that_another_module_owns(self):
        self.assert_found({"src/base/clock.cc": "#include <arrow/api.h>\n"}, "src/base may not use Arrow")

    def test_test_framework_outside_tests(self):
        self.assert_found({"src/base/clock.cc": "#include <gtest/gtest.h>\n"}, "src/base may not use GoogleTest")

    def test_test_header_outside_tests(self):
        self.assert_found({"src/base/rows_testing.h": "#include <gtest/gtest.h>\n",
                           "src/base/clock.cc": '#include "base/rows_testing.h"\n'},
                          'src/base/clock.cc:1: only tests may use "base/rows_testing.h"')

    def test_unknown_library(self):
        self.assert_found({"src/base/clock.cc": "#include <boost/any.hpp>\n"}, "<boost/any.hpp> is of no library")

    def test_include_beside_the_file(self):
        self.assert_found({"src/base/clock.cc": '#include "status.h"\n'}, '"status.h" is neither below src/')

    def test_declared_module(self):
        self.assert_found({"src/base/CMakeLists.txt": "millrace_module(DEPS data)\n"}, "src/base declares data")

    def test_declared_library(self):
        self.assert_found({"src/base/CMakeLists.txt": "millrace_module(THIRD_PARTY Arrow::arrow_shared)\n"},
                          "src/base declares Arrow")

    def test_public_header_with_arrow(self):
        self.assert_found({"include/millrace/frame.h": "#include <arrow/type_fwd.h>\n"},
                          "include/millrace/frame.h:1: a public header may include only")

    def test_public_header_with_an_inner_one(self):
        self.assert_found({"include/millrace/frame.h": '#include "base/status.h"\n'}, "a public header may include only")

    def test_folder_without_a_row(self):
        self.assert_found({"src/web/page.cc": "#include <string>\n"}, "belongs to no module")

    def test_vague_file_name(self):
        self.assert_found({"src/base/string_utils.cc": ""}, "a file name should say what is in it")

    def test_table_is_missing(self):
        self.assert_found({"ARCHITECTURE.md": "# nothing\n"}, "there is no module table")

    def test_table_names_an_unknown_folder(self):
        self.assert_found({"ARCHITECTURE.md": TABLE.replace("| data, base |", "| data, bse |")},
                          "may use 'bse', which is no folder")

    def test_table_with_a_circle(self):
        self.assert_found({"ARCHITECTURE.md": TABLE.replace("| `base/` | | |", "| `base/` | | data and below |")
                                                   .replace("| `data/` | | base |", "| `data/` | | base and below |")},
                          "has a circle")


if __name__ == "__main__":
    unittest.main()
