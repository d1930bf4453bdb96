#include "sinks/delta/table_properties.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "clients/delta/errors.h"

namespace millrace::sinks::delta {
namespace {

using base::Status;

/// What a table of the first protocol may have. Those of this writer's business are honoured, the
/// others are for whoever maintains the table.
constexpr std::array<std::string_view, 17> kPlain = {
    "delta.appendonly",
    "delta.autooptimize.autocompact",
    "delta.autooptimize.optimizewrite",
    "delta.checkpoint.writestatsasjson",
    "delta.checkpoint.writestatsasstruct",
    "delta.checkpointinterval",
    "delta.checkpointretentionduration",
    "delta.compatibility.symlinkformatmanifest.enabled",
    "delta.dataskippingnumindexedcols",
    "delta.dataskippingstatscolumns",
    "delta.deletedfileretentionduration",
    "delta.enableexpiredlogcleanup",
    "delta.logretentionduration",
    "delta.parquet.compression.codec",
    "delta.randomizefileprefixes",
    "delta.randomprefixlength",
    "delta.settransactionretentionduration",
};

/// What asks for a feature of its own.
constexpr std::array<std::string_view, 16> kWithFeature = {
    "delta.checkpointpolicy",
    "delta.columnmapping.mode",
    "delta.columnmapping.maxcolumnid",
    "delta.enablechangedatafeed",
    "delta.enabledeletionvectors",
    "delta.enableicebergcompatv1",
    "delta.enableicebergcompatv2",
    "delta.enableincommittimestamps",
    "delta.enablerowtracking",
    "delta.enabletypewidening",
    "delta.isolationlevel",
    "delta.minreaderversion",
    "delta.minwriterversion",
    "delta.requirecheckpointprotectionbeforeversion",
    "delta.universalformat.enabledformats",
    "delta.enablevariantshredding",
};

template <typename List>
bool Contains(const List& list, std::string_view name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

Status CheckTableProperties(const std::map<std::string, std::string>& properties) {
  for (const auto& [key, value] : properties) {
    std::string lower = key;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    if (!lower.starts_with("delta.") || Contains(kPlain, lower)) continue;
    const bool feature = Contains(kWithFeature, lower) || lower.starts_with("delta.feature.") ||
                         lower.starts_with("delta.constraints.");
    if (feature) {
      return Status::Unsupported(fmt::format(
          "the table property {} is not supported in a new table: leave it out, or let real Spark "
          "make the table",
          key));
    }
    return clients::delta::DeltaError(
        base::StatusCode::kInvalidArgument, "DeltaAnalysisException", "DELTA_UNKNOWN_CONFIGURATION",
        "F0000", fmt::format("Unknown configuration was specified: {}\nTo disable this check, set "
                             "spark.databricks.delta.allowArbitraryProperties.enabled=true in the "
                             "Spark session configuration.",
                             key),
        {{"config", key},
         {"disableCheckConfig", "spark.databricks.delta.allowArbitraryProperties.enabled"}});
  }
  return Status::Ok();
}

}  // namespace millrace::sinks::delta
