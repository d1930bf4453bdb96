// commits/N of a checkpoint.

#include "checkpoint/log_format.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  auto entry = checkpoint::DecodeCommitMetadata(fuzz::Text(data, size), "/c/commits/0");
  if (!entry.ok()) return 0;
  auto again = checkpoint::DecodeCommitMetadata(checkpoint::Encode(*entry), "/c/commits/0");
  fuzz::Require(again.ok() && again->next_batch_watermark_ms == entry->next_batch_watermark_ms,
                again.status().ToString());
  return 0;
}
