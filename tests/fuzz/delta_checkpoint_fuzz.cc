// A Delta checkpoint: Parquet bytes, or JSON of the V2 form when they begin with `{`. A broken one
// is passed over, and the log goes on from its commits.

#include "clients/delta/checkpoint_reader.h"
#include "clients/delta/file_path.h"
#include "clients/delta/table_state.h"
#include "fs/memory_file_system.h"
#include "fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  using namespace millrace::clients::delta;
  std::string_view bytes = fuzz::Text(data, size);
  fs::MemoryFileSystem disk;
  const std::string log = "/t/_delta_log";
  CheckpointFiles checkpoint;
  checkpoint.version = 0;
  const bool json = bytes.starts_with('{');
  if (json) checkpoint.kind = CheckpointFiles::Kind::kV2;
  checkpoint.names = {
      json ? "00000000000000000000.checkpoint.80a083e8-7026-4e79-81be-64bd76c43a11.json"
           : CheckpointFileName(0)};
  fuzz::Require(disk.CreateExclusive(log + "/" + checkpoint.names[0], bytes).ok(), "cannot write");
  std::size_t actions = 0;
  auto count = [&](Action&& action) {
    actions += ToJson(action).size();
    return base::Status::Ok();
  };
  static_cast<void>(ReadCheckpoint(&disk, log, checkpoint, CheckpointContent::kAll, count));
  static_cast<void>(
      ReadCheckpoint(&disk, log, checkpoint, CheckpointContent::kWithoutFiles, count));

  constexpr std::string_view kCommit =
      R"({"protocol":{"minReaderVersion":1,"minWriterVersion":2}})"
      "\n"
      R"({"metaData":{"id":"x","format":{"provider":"parquet","options":{}},"schemaString":"{}","partitionColumns":[],"configuration":{}}})"
      "\n";
  fuzz::Require(disk.CreateExclusive(log + "/" + CommitFileName(0), kCommit).ok(), "cannot write");
  auto state = LoadTableState(&disk, log);
  fuzz::Require(!state.ok() || state->version == 0, "another version");
  return 0;
}
