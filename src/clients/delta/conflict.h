#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "clients/delta/actions.h"
#include "clients/delta/table_state.h"

namespace millrace::clients::delta {

/// A data file that a transaction adds.
struct NewFile {
  AddFile add;
  std::int64_t rows = 0;
};

/// One blind append in the making: what it commits, and what it has read. The commit loop fills in
/// what depends on the version that it lands on (row ids, timestamps).
struct Transaction {
  std::optional<Protocol> protocol;  ///< Only when it creates the table or raises its protocol.
  std::optional<Metadata> metadata;  ///< Only when it creates the table or changes its schema.
  std::optional<SetTransaction> txn;
  std::vector<NewFile> files;
  /// Files that are no longer part of the table. They were read at `read_version`: commits that
  /// changed files since then are conflicts, unless the append is blind.
  std::vector<RemoveFile> removes;
  bool is_blind_append = true;

  std::string operation;
  /// Values are JSON text.
  std::vector<std::pair<std::string, std::string>> operation_parameters;
  std::vector<std::pair<std::string, std::string>> operation_metrics;
  std::optional<std::string> user_metadata;

  /// Version that its plan was made from; -1 when there was no table.
  std::int64_t read_version = -1;
  /// Set by the first Commit; tells our commit from another's after a lost answer.
  std::string txn_id;
  /// A put has failed in a way that does not tell whether it was done. Then the data files must
  /// stay where they are.
  bool in_doubt = false;
  /// Set by the Commit that succeeded; a further one only gives it again.
  std::optional<std::int64_t> committed_version;
};

/// A commit without its file actions, which no blind append conflicts with.
struct CommitSummary {
  std::int64_t version = -1;
  std::vector<Action> actions;
  bool changes_files = false;  ///< File actions themselves are not kept.

  /// "version 12 (STREAMING UPDATE by Apache-Spark/4.2.0)"
  std::string Describe() const;
  /// Is this the commit of the transaction with this id?
  bool IsOf(const std::string& txn_id) const;
};

/// May `ours` still be committed after `winner`, which was made on top of `before`? The rules of
/// delta-spark's ConflictChecker for a blind append under Serializable: Conflict with
/// DELTA_PROTOCOL_CHANGED, DELTA_METADATA_CHANGED or DELTA_CONCURRENT_TRANSACTION otherwise, and
/// DELTA_CONCURRENT_APPEND for a write that is no blind append when the winner changed files.
base::Status CheckConflict(const Transaction& ours, const CommitSummary& winner,
                           const TableState& before, std::string_view table);

}  // namespace millrace::clients::delta
