#include "session/conf.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include <fmt/format.h>

#include "analysis/names.h"
#include "base/log.h"
#include "connector/duration.h"
#include "data/time_zone.h"
#include "session/sql_errors.h"

namespace millrace::session {
namespace {

enum class Kind { kText, kCount, kDuration, kTimeZone, kBool };

struct Known {
  std::string_view key;
  Kind kind;
  std::string_view fallback;  ///< Spark's default; empty when there is none.
};

constexpr std::string_view kPartitionOverwriteMode = "spark.sql.sources.partitionOverwriteMode";

constexpr Known kKnown[] = {
    {"spark.app.name", Kind::kText, ""},
    {"spark.connect.session.planCompression.defaultAlgorithm", Kind::kText, "ZSTD"},
    {"spark.connect.session.planCompression.threshold", Kind::kText, "10485760"},
    {"spark.master", Kind::kText, "local[*]"},
    {"spark.sql.ansi.enabled", Kind::kBool, "true"},
    {"spark.sql.caseSensitive", Kind::kBool, "false"},
    {"spark.sql.pivotMaxValues", Kind::kCount, "10000"},
    {"spark.sql.session.timeZone", Kind::kTimeZone, ""},
    {"spark.sql.shuffle.partitions", Kind::kCount, "200"},
    {"spark.sql.sources.default", Kind::kText, "parquet"},
    {kPartitionOverwriteMode, Kind::kText, "STATIC"},
    {"spark.sql.streaming.checkpointLocation", Kind::kText, ""},
    {"spark.sql.streaming.minBatchesToRetain", Kind::kCount, "100"},
    {"spark.sql.streaming.noDataProgressEventInterval", Kind::kDuration, "10000ms"},
    {"spark.sql.streaming.numRecentProgressUpdates", Kind::kCount, "100"},
    {"spark.sql.streaming.pollingDelay", Kind::kDuration, "10ms"},
    {"spark.sql.transposeMaxValues", Kind::kCount, "500"},
    {"spark.sql.warehouse.dir", Kind::kText, "spark-warehouse"},
    // What PySpark asks before it makes or reads Arrow data; it acts on them itself.
    {"spark.sql.execution.arrow.maxRecordsPerBatch", Kind::kText, "10000"},
    {"spark.sql.execution.arrow.pyspark.enabled", Kind::kBool, "false"},
    {"spark.sql.execution.arrow.pyspark.fallback.enabled", Kind::kBool, "true"},
    {"spark.sql.execution.arrow.pyspark.selfDestruct.enabled", Kind::kBool, "false"},
    {"spark.sql.execution.arrow.useLargeVarTypes", Kind::kBool, "false"},
    {"spark.sql.execution.pandas.convertToArrowArraySafely", Kind::kBool, "false"},
    {"spark.sql.execution.pandas.inferPandasDictAsMap", Kind::kBool, "false"},
    {"spark.sql.execution.pandas.structHandlingMode", Kind::kText, "legacy"},
    {"spark.sql.execution.pyspark.binaryAsBytes", Kind::kBool, "true"},
    {"spark.sql.execution.pythonUDF.arrow.enabled", Kind::kBool, "true"},
    {"spark.sql.execution.pythonUDTF.arrow.enabled", Kind::kBool, "true"},
    {"spark.sql.pyspark.inferNestedDictAsStruct.enabled", Kind::kBool, "false"},
    {"spark.sql.pyspark.jvmStacktrace.enabled", Kind::kBool, "false"},
    {"spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled", Kind::kBool, "false"},
    {"spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled", Kind::kBool, "false"},
    {"spark.sql.repl.eagerEval.enabled", Kind::kBool, "false"},
    {"spark.sql.repl.eagerEval.maxNumRows", Kind::kCount, "20"},
    {"spark.sql.repl.eagerEval.truncate", Kind::kCount, "20"},
    {"spark.sql.session.localRelationBatchOfChunksSizeBytes", Kind::kText, "1073741824"},
    {"spark.sql.session.localRelationCacheThreshold", Kind::kText, "1048576"},
    {"spark.sql.session.localRelationChunkSizeBytes", Kind::kText, "16777216"},
    {"spark.sql.session.localRelationChunkSizeRows", Kind::kText, "10000"},
    {"spark.sql.session.localRelationSizeLimit", Kind::kText, "3221225472"},
    {"spark.sql.timestampType", Kind::kText, "TIMESTAMP_LTZ"},
};

const Known* Find(std::string_view key) {
  for (const Known& known : kKnown) {
    if (known.key == key) return &known;
  }
  return nullptr;
}

std::optional<std::int64_t> ParseCount(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

/// Not negative.
std::optional<std::chrono::milliseconds> ParseTime(std::string_view text) {
  const auto time = connector::ParseDuration(text);
  return time && time->count() >= 0 ? time : std::nullopt;
}

std::string_view Expected(Kind kind) {
  switch (kind) {
    case Kind::kCount:
      return "a whole number above 0";
    case Kind::kDuration:
      return "a time such as 500ms or 10s";
    case Kind::kTimeZone:
      return "a time zone such as UTC, Europe/Berlin or +02:00";
    case Kind::kBool:
      return "true or false";
    case Kind::kText:
      break;
  }
  return "";
}

bool Valid(Kind kind, std::string_view value) {
  switch (kind) {
    case Kind::kCount:
      return ParseCount(value).has_value();
    case Kind::kDuration:
      return ParseTime(value).has_value();
    case Kind::kTimeZone:
      return data::LoadTimeZone(value).ok();
    case Kind::kBool:
      return value == "true" || value == "false";
    case Kind::kText:
      break;
  }
  return true;
}

base::Status CheckOverwriteMode(std::string_view key, std::string_view value) {
  if (key != kPartitionOverwriteMode || analysis::NamesEqual(value, "static") ||
      analysis::NamesEqual(value, "dynamic")) {
    return base::Status::Ok();
  }
  return SqlError("INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS",
                  {{"confName", std::string(key)},
                   {"confValue", std::string(value)},
                   {"confOptions", "STATIC, DYNAMIC"}});
}

}  // namespace

base::Status Conf::Set(std::string_view key, std::string_view value) {
  const Known* known = Find(key);
  if (known == nullptr) {
    if (key.starts_with("spark.")) {
      base::LogWarn(fmt::format("conf {} has no effect in Millrace", key));
    }
  } else if (!Valid(known->kind, value)) {
    return base::Status::InvalidArgument(fmt::format("conf {} cannot be \"{}\"; expected {}", key,
                                                     value, Expected(known->kind)))
        .WithSparkError({"IllegalArgumentException", "", "", {}});
  }
  MILLRACE_RETURN_IF_ERROR(CheckOverwriteMode(key, value));
  std::lock_guard lock(mutex_);
  values_.insert_or_assign(std::string(key), std::string(value));
  return base::Status::Ok();
}

void Conf::Unset(std::string_view key) {
  std::lock_guard lock(mutex_);
  if (const auto found = values_.find(key); found != values_.end()) values_.erase(found);
}

std::optional<std::string> Conf::Get(std::string_view key) const {
  {
    std::lock_guard lock(mutex_);
    if (const auto found = values_.find(key); found != values_.end()) return found->second;
  }
  if (key == "spark.sql.session.timeZone") return MachineTimeZone();
  const Known* known = Find(key);
  if (known == nullptr || known->fallback.empty()) return std::nullopt;
  return std::string(known->fallback);
}

std::string Conf::GetKnown(std::string_view key) const { return Get(key).value_or(""); }

std::string Conf::time_zone() const { return GetKnown("spark.sql.session.timeZone"); }
std::optional<std::string> Conf::checkpoint_location() const {
  return Get("spark.sql.streaming.checkpointLocation");
}
std::string Conf::default_source() const { return GetKnown("spark.sql.sources.default"); }
int Conf::shuffle_partitions() const {
  return static_cast<int>(*ParseCount(GetKnown("spark.sql.shuffle.partitions")));
}
int Conf::pivot_max_values() const {
  return static_cast<int>(*ParseCount(GetKnown("spark.sql.pivotMaxValues")));
}
int Conf::transpose_max_values() const {
  return static_cast<int>(*ParseCount(GetKnown("spark.sql.transposeMaxValues")));
}
bool Conf::dynamic_overwrite() const {
  return analysis::NamesEqual(GetKnown(kPartitionOverwriteMode), "dynamic");
}
bool Conf::ansi() const { return GetKnown("spark.sql.ansi.enabled") == "true"; }
bool Conf::case_sensitive() const { return GetKnown("spark.sql.caseSensitive") == "true"; }

std::map<std::string, std::string> Conf::All() const {
  std::lock_guard lock(mutex_);
  return {values_.begin(), values_.end()};
}

int Conf::recent_progress_updates() const {
  return static_cast<int>(*ParseCount(GetKnown("spark.sql.streaming.numRecentProgressUpdates")));
}
std::int64_t Conf::min_batches_to_retain() const {
  return *ParseCount(GetKnown("spark.sql.streaming.minBatchesToRetain"));
}
std::chrono::milliseconds Conf::polling_delay() const {
  return *ParseTime(GetKnown("spark.sql.streaming.pollingDelay"));
}
std::chrono::milliseconds Conf::no_data_progress_interval() const {
  return *ParseTime(GetKnown("spark.sql.streaming.noDataProgressEventInterval"));
}

base::Result<int> ThreadsOfMaster(std::string_view master) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (master == "local[*]") return cores;
  if (master == "local") return 1;
  if (master.starts_with("local[") && master.ends_with("]")) {
    const auto threads = ParseCount(master.substr(6, master.size() - 7));
    if (threads && *threads <= 1024) return static_cast<int>(*threads);
  }
  return base::Status::InvalidArgument(
             fmt::format("master \"{}\": Millrace is one process; use local, local[N] or local[*], "
                         "or hand the checkpoint to a Spark cluster",
                         master))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

std::string MachineTimeZone() {
  const char* variable = std::getenv("TZ");
  if (variable != nullptr) {
    const std::string_view name = *variable == ':' ? variable + 1 : variable;
    if (!name.empty() && data::LoadTimeZone(name).ok()) return std::string(name);
    return "UTC";
  }
  std::error_code error;
  const std::string target = std::filesystem::canonical("/etc/localtime", error).string();
  const std::size_t at = target.find("/zoneinfo/");
  if (!error && at != std::string::npos) {
    const std::string name = target.substr(at + 10);
    if (data::LoadTimeZone(name).ok()) return name;
  }
  return "UTC";
}

}  // namespace millrace::session
