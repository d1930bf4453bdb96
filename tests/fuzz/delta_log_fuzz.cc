// A Delta log of up to three commits, one behind the other with a line "----" between them: the
// state that an appending writer reads, and the files that its checkpoint would list.

#include <vector>

#include "clients/delta/action_reader.h"
#include "clients/delta/checkpoint_writer.h"
#include "clients/delta/clustering.h"
#include "clients/delta/file_path.h"
#include "clients/delta/statistics.h"
#include "clients/delta/table_features.h"
#include "clients/delta/table_log.h"
#include "data/schema_text.h"
#include "fs/memory_file_system.h"
#include "fuzz.h"

namespace millrace::clients::delta {
namespace {

constexpr std::string_view kBetween = "----\n";

/// What was read can be written and read again.
void RoundTrip(std::string_view commit) {
  std::string written;
  auto append = [&](Action&& action) {
    written += ToJson(action) + "\n";
    return base::Status::Ok();
  };
  if (!ReadActions(commit, "commit", append).ok()) return;
  std::string again;
  base::Status status = ReadActions(written, "commit", [&](Action&& action) {
    again += ToJson(action) + "\n";
    return base::Status::Ok();
  });
  fuzz::Require(status.ok(), written + status.ToString());
  fuzz::Require(again == written, again + "is not\n" + written);
}

/// What the sink asks of a table before it appends.
void Examine(const TableState& state) {
  auto schema = data::ParseJsonSchema(state.metadata.schema_string);
  if (!schema.ok()) return;
  static_cast<void>(CheckReadable(state.protocol, "/t"));
  static_cast<void>(CheckAppendable(state.protocol, state.metadata, *schema, "/t"));
  static_cast<void>(ColumnMappingMode(state.metadata));
  static_cast<void>(ProtocolFor(*schema, state.protocol, "/t"));
  static_cast<void>(StatisticsPlan::Make(*schema, state.metadata, ClusteringColumns(state)));
}

}  // namespace
}  // namespace millrace::clients::delta

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  using namespace millrace::clients::delta;
  std::string_view rest = fuzz::Text(data, size);
  fs::MemoryFileSystem disk;
  for (std::int64_t version = 0; version < 3; ++version) {
    std::size_t end = version == 2 ? std::string_view::npos : rest.find(kBetween);
    std::string_view commit = rest.substr(0, end);
    RoundTrip(commit);
    fuzz::Require(disk.CreateExclusive("/t/_delta_log/" + CommitFileName(version), commit).ok(),
                  "cannot write");
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + kBetween.size());
  }
  base::Random random(1);
  TableLog log(&disk, "/t", base::Clock::System(), &random);
  if (!log.Refresh().ok()) return 0;
  Examine(log.state());
  static_cast<void>(log.CheckpointDue());
  const base::WallTime now = base::Clock::System()->Now();
  if (!WriteCheckpoint(&disk, "/t/_delta_log", log.state(), now).ok()) return 0;
  // What we wrote can be read.
  auto state = LoadTableState(&disk, "/t/_delta_log");
  fuzz::Require(state.ok(), state.status().ToString());
  fuzz::Require(state->metadata == log.state().metadata && state->protocol == log.state().protocol,
                "the checkpoint has another state than the commits");
  return 0;
}
