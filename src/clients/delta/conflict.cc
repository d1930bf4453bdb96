#include "clients/delta/conflict.h"

#include <algorithm>

#include <fmt/format.h>

#include "clients/delta/errors.h"
#include "clients/delta/table_features.h"

namespace millrace::clients::delta {

namespace {

using base::Status;

const CommitInfo* FindInfo(const CommitSummary& commit) {
  for (const Action& action : commit.actions) {
    if (const auto* info = std::get_if<CommitInfo>(&action)) return info;
  }
  return nullptr;
}

bool Includes(const std::optional<std::vector<std::string>>& all,
              const std::optional<std::vector<std::string>>& some) {
  if (!some) return true;
  if (!all) return false;
  return std::ranges::all_of(*some, [&](const std::string& feature) {
    return std::ranges::find(*all, feature) != all->end();
  });
}

// A protocol that only adds what we can honour does not disturb an append: what is written per
// file (row ids, timestamps) is filled in anew for each attempt.
bool IsHarmlessUpgrade(const Protocol& before, const Protocol& after) {
  return after.min_reader_version >= before.min_reader_version &&
         after.min_writer_version >= before.min_writer_version &&
         Includes(after.reader_features, before.reader_features) &&
         Includes(after.writer_features, before.writer_features) &&
         CheckAppendable(after, Metadata(), StructType(), "").ok();
}

}  // namespace

std::string CommitSummary::Describe() const {
  const CommitInfo* info = FindInfo(*this);
  if (info == nullptr) return fmt::format("version {}", version);
  return fmt::format("version {} ({} by {})", version, info->operation,
                     info->engine_info.value_or("an unknown engine"));
}

bool CommitSummary::IsOf(const std::string& txn_id) const {
  const CommitInfo* info = FindInfo(*this);
  return !txn_id.empty() && info != nullptr && info->txn_id == txn_id;
}

Status CheckConflict(const Transaction& ours, const CommitSummary& winner, const TableState& before,
                     std::string_view table) {
  for (const Action& action : winner.actions) {
    if (const auto* protocol = std::get_if<Protocol>(&action)) {
      if (ours.protocol || !IsHarmlessUpgrade(before.protocol, *protocol)) {
        return ProtocolChanged(winner.Describe(), !before.exists());
      }
    }
  }
  for (const Action& action : winner.actions) {
    if (std::holds_alternative<Metadata>(action)) return MetadataChanged(table, winner.Describe());
  }
  for (const Action& action : winner.actions) {
    const auto* txn = std::get_if<SetTransaction>(&action);
    if (txn != nullptr && ours.txn && txn->app_id == ours.txn->app_id) {
      return ConcurrentTransaction(winner.Describe());
    }
  }
  if (!ours.is_blind_append && winner.changes_files) return ConcurrentAppend(winner.Describe());
  return Status::Ok();
}

}  // namespace millrace::clients::delta
