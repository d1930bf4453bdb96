#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "base/status.h"
#include "clients/delta/conflict.h"
#include "clients/delta/table_state.h"
#include "fs/file_system.h"

namespace millrace::clients::delta {

/// The log of one Delta table, for one appending writer. Keeps the state of the newest version that
/// it has seen; a refresh reads only the commits that are new. Any number of processes may commit
/// to the same table through one of these each. One thread at a time.
///
/// A commit is one CreateExclusive of `_delta_log/<version>.json`: whoever puts the file first has
/// the version. Every commit carries a fresh txnId, by which a commit whose answer was lost is
/// recognised (PROTOCOL.md, "Commit"; section 3 of the contract).
class TableLog {
 public:
  /// Nothing is read yet. `file_system`, `clock` and `random` outlive the log.
  TableLog(fs::FileSystem* file_system, std::string table_path, base::Clock* clock,
           base::Random* random);

  /// The newest state is in state() afterwards; version -1 when there is no table. Corrupt with
  /// Delta's error for a log that cannot be read; Unavailable.
  base::Status Refresh();

  const TableState& state() const { return state_; }
  const std::string& table_path() const { return table_path_; }

  /// Puts the transaction into the log at the next free version, and gives that version. Commits
  /// that others made since `read_version` are checked by the rules for a blind append; those that
  /// do not touch us are stepped over. Conflict with Delta's error otherwise: nothing is committed.
  /// Other failures: nothing is committed, unless `transaction->in_doubt` says so; then a second
  /// call with the same transaction finds out. Cancelled soon after `stop` is requested.
  base::Result<std::int64_t> Commit(Transaction* transaction, std::stop_token stop);

  /// Does the table want a checkpoint of the current version (`delta.checkpointInterval`)?
  bool CheckpointDue() const;

 private:
  /// The commit `version`, or nullopt when it does not exist.
  base::Result<std::optional<CommitSummary>> ReadSummary(std::int64_t version) const;
  void Apply(const CommitSummary& commit);
  /// Steps over the commits that others have made. True when one of them is our own.
  base::Result<bool> StepOverWinners(const Transaction& transaction);
  /// The loop of Commit.
  base::Result<std::int64_t> Put(Transaction* transaction, std::stop_token stop);
  base::Result<std::string> Render(const Transaction& transaction);
  /// Moves a new file's row ids behind those of the table.
  base::Status AssignRowIds(std::vector<AddFile>* adds, const Transaction& transaction,
                            std::vector<Action>* actions) const;
  /// Did a put that gave no clear answer reach the log?
  base::Result<bool> FindLostCommit(Transaction* transaction, const base::Status& failure);
  bool UsesInCommitTimestamps(const Transaction& transaction) const;

  fs::FileSystem* const file_system_;
  const std::string table_path_;
  const std::string log_path_;
  base::Clock* const clock_;
  base::Random* const random_;
  TableState state_;
};

}  // namespace millrace::clients::delta
