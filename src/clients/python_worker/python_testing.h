#pragma once

// For tests alone: the test Python with PySpark.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include <unistd.h>

#define MILLRACE_NEEDS_PYTHON()                                                          \
  if (std::getenv("MILLRACE_TEST_PYTHON") == nullptr) {                                  \
    GTEST_SKIP() << "MILLRACE_TEST_PYTHON is not set: scripts/setup.sh paths prints it"; \
  }                                                                                      \
  static_assert(true)

namespace millrace::clients::python_worker {

inline std::string TestPython() {
  const char* python = std::getenv("MILLRACE_TEST_PYTHON");
  return python == nullptr ? "python3" : python;
}

/// What the script prints, given `input` on its stdin.
inline std::string RunPython(const std::string& script, const std::string& input = "") {
  const std::string base = std::filesystem::temp_directory_path() /
                           ("millrace-python-" + std::to_string(::getpid()));
  std::ofstream(base + ".py") << script;
  std::ofstream(base + ".in", std::ios::binary) << input;
  FILE* pipe = ::popen((TestPython() + " " + base + ".py < " + base + ".in 2>&1").c_str(), "r");
  std::string output;
  std::array<char, 4096> buffer;
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    output.append(buffer.data(), size);
  }
  ::pclose(pipe);
  std::filesystem::remove(base + ".py");
  std::filesystem::remove(base + ".in");
  return output;
}

/// The command of `df.writeStream.foreach(f)`, as a PySpark client pickles it; `definition` defines
/// `f` in Python.
inline std::string PickledForeach(const std::string& definition) {
  return RunPython(definition + R"(
import sys
from pyspark.serializers import AutoBatchedSerializer, CloudPickleSerializer, CPickleSerializer
from pyspark.sql.streaming.readwriter import DataStreamWriter
serializer = AutoBatchedSerializer(CPickleSerializer())
command = (DataStreamWriter._construct_foreach_function(f), None, serializer, serializer)
sys.stdout.buffer.write(CloudPickleSerializer().dumps(command))
)");
}

inline std::string PythonVersion() {
  return RunPython("import sys; print('%d.%d' % sys.version_info[:2], end='')");
}

}  // namespace millrace::clients::python_worker
