#include "clients/delta/history.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <simdjson.h>

#include "base/clock.h"
#include "clients/delta/action_reader.h"
#include "clients/delta/log_segment.h"
#include "clients/delta/table_features.h"

namespace millrace::clients::delta {

base::Result<std::vector<HistoryEntry>> ReadHistory(fs::FileSystem* file_system,
                                                    const std::string& log_path,
                                                    std::optional<int> limit) {
  MILLRACE_ASSIGN_OR_RETURN(const LogListing listing, ListLog(file_system, log_path));
  std::vector<HistoryEntry> entries;
  std::int64_t expected = listing.latest();
  for (auto version = listing.commits.rbegin(); version != listing.commits.rend(); ++version) {
    if (limit && static_cast<int>(entries.size()) >= *limit) break;
    if (*version != expected--) break;
    const std::string file = fs::Join(log_path, fmt::format("{:020}.json", *version));
    MILLRACE_ASSIGN_OR_RETURN(const std::string bytes, file_system->Read(file));
    MILLRACE_ASSIGN_OR_RETURN(const auto stat, file_system->Stat(file));
    HistoryEntry entry;
    entry.version = *version;
    if (stat) entry.time_ms = base::ToMillis(stat->modified);
    MILLRACE_RETURN_IF_ERROR(ReadActions(bytes, file, [&entry](Action&& action) {
      if (auto* info = std::get_if<CommitInfo>(&action)) entry.info = std::move(*info);
      return base::Status::Ok();
    }));
    if (entry.info.in_commit_timestamp) entry.time_ms = *entry.info.in_commit_timestamp;
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<std::string> FeaturesOf(const Protocol& protocol) {
  constexpr std::array<std::string_view, 7> kImplied = {
      "invariants",       "appendOnly",    "checkConstraints", "changeDataFeed",
      "generatedColumns", "columnMapping", "identityColumns"};
  std::vector<std::string> features = protocol.writer_features.value_or(std::vector<std::string>());
  for (const std::string& feature :
       protocol.reader_features.value_or(std::vector<std::string>())) {
    features.push_back(feature);
  }
  for (const std::string_view feature : kImplied) {
    if (IsFeatureSupported(protocol, feature)) features.emplace_back(feature);
  }
  std::sort(features.begin(), features.end());
  features.erase(std::unique(features.begin(), features.end()), features.end());
  return features;
}

std::optional<std::string> TextOfJson(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (parser.parse(json).get(element) != simdjson::SUCCESS) return json;
  if (element.is_null()) return std::nullopt;
  std::string_view text;
  if (element.get(text) == simdjson::SUCCESS) return std::string(text);
  return json;
}

}  // namespace millrace::clients::delta
