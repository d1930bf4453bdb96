#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "clients/delta/actions.h"
#include "clients/delta/log_segment.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// What an appending writer must know of one version of a table. File actions are not kept: a table
/// of a million files costs the same memory as an empty one.
struct TableState {
  std::int64_t version = -1;  ///< -1: the table does not exist.
  Protocol protocol;
  Metadata metadata;
  std::unordered_map<std::string, SetTransaction> transactions;  ///< By appId.
  std::map<std::string, DomainMetadata> domains;                 ///< Without removed ones.
  /// inCommitTimestamp of `version`, where the commit has one.
  std::optional<std::int64_t> in_commit_timestamp;

  bool exists() const { return version >= 0; }
  /// Version of the newest transaction of this application, or -1.
  std::int64_t TransactionVersion(const std::string& app_id) const;
};

/// Brings `state` up by the actions of one commit, in order; file actions are ignored.
class StateBuilder {
 public:
  explicit StateBuilder(TableState* state) : state_(state) {}
  void Apply(const Action& action);
  bool has_protocol() const { return has_protocol_; }
  bool has_metadata() const { return has_metadata_; }

 private:
  TableState* state_;
  bool has_protocol_ = false;
  bool has_metadata_ = false;
};

/// The newest state, from the newest checkpoint that can be read and the commits after it; a broken
/// checkpoint is passed over with a warning. State with version -1 when there is no table. Corrupt
/// with Delta's error for gaps and for a log without protocol or metadata.
///
/// `version`: the state as of that one; nullopt: the newest. A version that the log does not have
/// gives -1 too.
base::Result<TableState> LoadTableState(fs::FileSystem* file_system, const std::string& log_path,
                                        std::optional<std::int64_t> version = std::nullopt);

/// The files of one version: those live, and the tombstones.
struct FileVisitor {
  std::function<base::Status(AddFile&&)> add;
  std::function<base::Status(RemoveFile&&)> remove;
};

/// Calls the visitor for every logical file of `version`. The actions since the checkpoint are held
/// in memory, those of the checkpoint stream by. When a checkpoint turns out to be broken after
/// rows were handed out, `restart` is called and it starts anew from an older one.
///
/// `known_checkpoint`: a version that has a checkpoint of the classic name, to start from without
/// listing the log; -1 when none is known.
base::Status ReconcileFiles(fs::FileSystem* file_system, const std::string& log_path,
                            std::int64_t version, const FileVisitor& visitor,
                            const std::function<base::Status()>& restart,
                            std::int64_t known_checkpoint = -1);

}  // namespace millrace::clients::delta
