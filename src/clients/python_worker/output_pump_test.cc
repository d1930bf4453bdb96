#include "clients/python_worker/output_pump.h"

#include <array>
#include <chrono>
#include <future>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace millrace::clients::python_worker {
namespace {

struct Pipe {
  Pipe() { EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0); }
  int read_end() const { return ends[0]; }
  int write_end() const { return ends[1]; }
  void Write(const std::string& text) const {
    EXPECT_EQ(::write(write_end(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  }
  std::array<int, 2> ends;
};

/// Reads until the text ends so.
std::string ReadUntil(int fd, const std::string& end) {
  std::string text;
  std::array<char, 4096> buffer;
  while (!text.ends_with(end)) {
    const ssize_t size = ::read(fd, buffer.data(), buffer.size());
    if (size <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return text;
}

TEST(OutputPump, CarriesLinesAndKeepsTheLast) {
  const Pipe from;
  const Pipe to;
  {
    OutputPump pump(from.read_end(), to.write_end(), "noise");
    from.Write("one\nnoise two\n");
    for (int i = 0; i < 30; ++i) from.Write("line " + std::to_string(i) + "\n");
    from.Write("end");
    ::close(from.write_end());
    pump.WaitForEnd();
    EXPECT_TRUE(pump.LastLines().starts_with("line 11\n")) << pump.LastLines();
    EXPECT_TRUE(pump.LastLines().ends_with("line 29\nend")) << pump.LastLines();
  }
  const std::string text = ReadUntil(to.read_end(), "end");
  EXPECT_TRUE(text.starts_with("one\nline 0\nline 1\n")) << text;
  ::close(to.read_end());
  ::close(to.write_end());
}

TEST(OutputPump, EndsThoughNobodyReadsWhatItWrites) {
  const Pipe from;
  const Pipe to;
  ASSERT_EQ(::fcntl(to.write_end(), F_SETFL, O_NONBLOCK), 0);
  const std::string page(4096, '.');
  while (::write(to.write_end(), page.data(), page.size()) > 0) {
  }
  ASSERT_EQ(::fcntl(to.write_end(), F_SETFL, 0), 0);

  std::optional<OutputPump> pump(std::in_place, from.read_end(), to.write_end(), "");
  from.Write("line\nthe last one");
  auto ending = std::async(std::launch::async, [&] { pump.reset(); });
  EXPECT_EQ(ending.wait_for(std::chrono::seconds(10)), std::future_status::ready);

  ::close(from.write_end());
  EXPECT_TRUE(ReadUntil(to.read_end(), "the last one").ends_with(".line\nthe last one"));
  ::close(to.read_end());
  ::close(to.write_end());
}

}  // namespace
}  // namespace millrace::clients::python_worker
