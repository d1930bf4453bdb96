// offsets/N of a checkpoint: what was read is read again the same after it was written.

#include <algorithm>

#include "checkpoint/log_format.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  auto entry = checkpoint::DecodeOffsetSeq(fuzz::Text(data, size), "/c/offsets/0");
  if (!entry.ok()) return 0;
  auto empty = [](const auto& offset) { return offset && offset->empty(); };
  // Nobody writes an empty offset.
  if (std::any_of(entry->offsets.begin(), entry->offsets.end(), empty)) return 0;
  std::string bytes = checkpoint::Encode(*entry);
  auto again = checkpoint::DecodeOffsetSeq(bytes, "/c/offsets/0");
  fuzz::Require(again.ok(), again.status().ToString());
  fuzz::Require(again->batch_watermark_ms == entry->batch_watermark_ms &&
                    again->batch_timestamp_ms == entry->batch_timestamp_ms &&
                    again->conf == entry->conf && again->offsets == entry->offsets,
                bytes);
  return 0;
}
