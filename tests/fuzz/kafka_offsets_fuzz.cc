// The JSON texts of Kafka positions: in the options startingOffsets, startingOffsetsByTimestamp and
// assign, in offsets/N and in sources/0/0 of a checkpoint.

#include "fs/memory_file_system.h"
#include "fuzz.h"
#include "sources/kafka/initial_offset_log.h"
#include "sources/kafka/kafka_offsets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  using namespace millrace::sources::kafka;
  std::string_view text = fuzz::Text(data, size);
  if (auto offsets = ParseOffsets(text); offsets.ok()) {
    std::string json = FormatOffsets(*offsets);
    auto again = ParseOffsets(json);
    fuzz::Require(again.ok(), json + ": " + again.status().ToString());
    fuzz::Require(*again == *offsets, FormatOffsets(*again) + " is not " + json);
  }
  static_cast<void>(ParseTimestamps(text));
  static_cast<void>(ParsePartitions(text));
  fs::MemoryFileSystem disk;
  fuzz::Require(disk.CreateExclusive("/c/sources/0/0", text).ok(), "cannot write");
  static_cast<void>(InitialOffsetLog(&disk, "/c/sources/0").Read());
  return 0;
}
