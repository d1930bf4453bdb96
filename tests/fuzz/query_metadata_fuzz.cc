// `metadata` of a checkpoint: it gives the query's id, or the checkpoint does not open. Nothing in
// the directory is changed then.

#include "checkpoint/checkpoint.h"
#include "fs/memory_file_system.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  std::string_view text = fuzz::Text(data, size);
  fs::MemoryFileSystem disk;
  base::Random random(1);
  fuzz::Require(disk.CreateExclusive("/c/metadata", text).ok(), "cannot write");
  auto checkpoint = checkpoint::Checkpoint::Open(&disk, "/c", &random);
  fuzz::Require(disk.Read("/c/metadata").value() == text, "metadata was changed");
  if (!checkpoint.ok()) {
    fuzz::Require(checkpoint.status().code() == base::StatusCode::kCorrupt,
                  checkpoint.status().ToString());
    return 0;
  }
  fuzz::Require(text.size() >= 9, "an id from nothing");
  return 0;
}
