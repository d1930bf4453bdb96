#include "clients/files/line_reader.h"

#include <arrow/buffer.h>
#include <arrow/io/compressed.h>
#include <arrow/io/memory.h>
#include <arrow/util/compression.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clients/parquet/input_stream.h"
#include "fs/memory_file_system.h"

namespace millrace::clients::files {
namespace {

using ::testing::ElementsAre;

/// Gives one byte in each call.
class Trickle : public clients::parquet::InputStream {
 public:
  explicit Trickle(const std::string& bytes, std::int64_t most = 1)
      : InputStream(FileOf(bytes)), most_(most) {}
  using InputStream::Read;
  arrow::Result<std::int64_t> Read(std::int64_t size_bytes, void* out) override {
    return InputStream::Read(std::min<std::int64_t>(size_bytes, most_), out);
  }

 private:
  static std::unique_ptr<fs::InputFile> FileOf(const std::string& bytes) {
    fs::MemoryFileSystem disk;
    EXPECT_TRUE(disk.CreateExclusive("/f", bytes).ok());
    return disk.OpenInput("/f").value();
  }
  const std::int64_t most_;
};

FileStream Bytes(const std::string& bytes, std::int64_t at_a_time = 1) {
  const auto stream = std::make_shared<Trickle>(bytes, at_a_time);
  return {stream, stream};
}

std::vector<std::string> Lines(FileStream stream, const std::string& separator = {}) {
  LineReader reader(std::move(stream), separator);
  std::vector<std::string> lines;
  while (true) {
    std::string_view line;
    const auto more = reader.Next(&line);
    if (!more.ok()) return {more.status().ToString()};
    if (!*more) return lines;
    lines.emplace_back(line);
  }
}

TEST(LineReader, EverySeparatorInEveryChunking) {
  const std::string text = "a\nb\r\nc\rd\n\ne";
  EXPECT_THAT(Lines(Bytes(text, 100)), ElementsAre("a", "b", "c", "d", "", "e"));
  EXPECT_THAT(Lines(Bytes(text)), ElementsAre("a", "b", "c", "d", "", "e"));
  EXPECT_THAT(Lines(Bytes(text), "\n"),
              ElementsAre("a", "b\r", "c\rd", "", "e"));
  EXPECT_THAT(Lines(Bytes(text), "c\r"), ElementsAre("a\nb\r\n", "d\n\ne"));
  EXPECT_THAT(Lines(Bytes("a\n")), ElementsAre("a"));
  EXPECT_THAT(Lines(Bytes("a\r")), ElementsAre("a"));
  EXPECT_THAT(Lines(Bytes("")), ElementsAre());
  EXPECT_THAT(Lines(Bytes("\xEF\xBB\xBF" "a\nb")), ElementsAre("a", "b"));
}

TEST(LineReader, LongLinesComeWhole) {
  const std::string line(3'000'000, 'x');
  EXPECT_THAT(Lines(Bytes(line + "\r\n" + line, 1 << 20)), ElementsAre(line, line));
}

TEST(OpenStream, SuffixesSayHowItIsCompressed) {
  fs::MemoryFileSystem disk;
  for (const auto& [type, name] : {std::pair(arrow::Compression::GZIP, "/a.gz"),
                                   std::pair(arrow::Compression::ZSTD, "/a.zst"),
                                   std::pair(arrow::Compression::BZ2, "/a.bz2")}) {
    const auto codec = arrow::util::Codec::Create(type).ValueOrDie();
    const auto out = arrow::io::BufferOutputStream::Create().ValueOrDie();
    const auto compressed = arrow::io::CompressedOutputStream::Make(codec.get(), out).ValueOrDie();
    ASSERT_TRUE(compressed->Write("one\ntwo\n", 8).ok() && compressed->Close().ok());
    const auto bytes = out->Finish().ValueOrDie()->ToString();
    ASSERT_TRUE(disk.CreateExclusive(name, bytes).ok());
    const auto stream = OpenStream(&disk, name);
    ASSERT_TRUE(stream.ok()) << stream.status().ToString();
    EXPECT_THAT(Lines(*stream), ElementsAre("one", "two")) << name;
  }
  ASSERT_TRUE(disk.CreateExclusive("/bad.gz", "no gzip at all").ok());
  const auto bad = OpenStream(&disk, "/bad.gz");
  ASSERT_TRUE(bad.ok());
  LineReader reader(*bad, {});
  std::string_view line;
  EXPECT_EQ(reader.Next(&line).status().code(), base::StatusCode::kCorrupt);
  EXPECT_EQ(OpenStream(&disk, "/x.lz4").status().code(), base::StatusCode::kNotFound);
}

}  // namespace
}  // namespace millrace::clients::files
