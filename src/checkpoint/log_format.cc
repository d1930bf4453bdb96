#include "checkpoint/log_format.h"

#include <charconv>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "data/json_text.h"

namespace millrace::checkpoint {
namespace {

using base::Result;
using base::Status;
using Json = nlohmann::ordered_json;  // Keeps the order of conf.

constexpr int kVersion = 1;
constexpr int kNewestVersion = 2;
constexpr std::string_view kVoidOffset = "-";

/// As java.io.BufferedReader.readLine: LF, CRLF and CR end a line; the end of the text ends the
/// last one, if it has any bytes.
std::vector<std::string_view> SplitLines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of("\r\n");
    lines.push_back(text.substr(0, end));
    if (end == text.npos) break;
    const bool crlf = text.substr(end, 2) == "\r\n";
    text.remove_prefix(end + (crlf ? 2 : 1));
  }
  return lines;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

/// Reads one file; knows its name.
class Decoder {
 public:
  explicit Decoder(std::string_view path) : uri_(fs::ToHadoopUri(path)) {}

  std::string Text(std::string_view why) const {
    return fmt::format("Failed to read log file {}. {}", uri_, why);
  }
  Status Corrupt(std::string_view why) const {
    return Status::Corrupt(Text(why)).WithSparkError({"IllegalStateException", "", "", {}});
  }

  /// The number of "v<number>".
  Result<int> Version(std::string_view line) const {
    int version = 0;
    const char* const end = line.data() + line.size();
    if (line.starts_with('v')) {
      const auto parsed = std::from_chars(line.data() + 1, end, version);
      if (parsed.ec != std::errc() || parsed.ptr != end) version = 0;
    }
    if (version > 0) return version;
    return Status::Corrupt(
               Text(fmt::format(
                   "Log file was malformed: failed to read correct log version from {}.", line)))
        .WithSparkError({"SparkIllegalStateException",
                         "MALFORMED_LOG_FILE",
                         "KD002",
                         {{"text", std::string(line)}}});
  }

  Status TooNew(int version) const {
    return Status::Unsupported(
               Text(fmt::format(
                   "UnsupportedLogVersion. The maximum supported log version is v{}, but "
                   "encountered v{}. The log file was produced by a newer version of Spark and "
                   "cannot be read by this version. You need to upgrade.",
                   kNewestVersion, version)))
        .WithSparkError({"SparkIllegalStateException",
                         "INVALID_LOG_VERSION.MAX_SUPPORTED_VERSION",
                         "KD002",
                         {{"maxSupportedVersion", std::to_string(kNewestVersion)},
                          {"version", std::to_string(version)}}});
  }

  Status OffsetMapUnsupported(int version) const {
    return Status::Unsupported(
               Text(fmt::format(
                   "UnsupportedLogVersion. The only supported log version is v{}, but encountered "
                   "v{}. It was written with spark.sql.streaming.offsetLog.formatVersion={}: go on "
                   "with Spark, or start with a new checkpoint location.",
                   kVersion, version, version)))
        .WithSparkError(
            {"SparkIllegalStateException",
             "INVALID_LOG_VERSION.EXACT_MATCH_VERSION",
             "KD002",
             {{"matchVersion", std::to_string(kVersion)}, {"version", std::to_string(version)}}});
  }

  /// The object on line 2.
  Result<Json> Object(std::string_view line) const {
    try {
      Json object = Json::parse(line);
      if (object.is_object()) return object;
    } catch (const Json::exception& error) {
      return Corrupt(fmt::format("Line 2 is not JSON: {}", error.what()));
    }
    return Corrupt("Line 2 is not a JSON object.");
  }

  Result<std::int64_t> Long(const Json& object, const char* key) const {
    const auto found = object.find(key);
    if (found == object.end()) return std::int64_t{0};
    const bool fits =
        found->is_number_integer() &&
        (!found->is_number_unsigned() ||
         found->get<std::uint64_t>() <= std::uint64_t{std::numeric_limits<std::int64_t>::max()});
    if (fits) return found->get<std::int64_t>();
    return Corrupt(fmt::format("{} must be a whole number, but is {}.", key, Dump(*found)));
  }

  /// Key and text of each entry of "conf", in order. Numbers and booleans count as their text.
  Result<std::vector<std::pair<std::string, std::string>>> Conf(const Json& object) const {
    std::vector<std::pair<std::string, std::string>> conf;
    const auto found = object.find("conf");
    if (found == object.end() || found->is_null()) return conf;
    if (!found->is_object()) {
      return Corrupt(fmt::format("conf must be a JSON object, but is {}.", Dump(*found)));
    }
    for (const auto& [key, value] : found->items()) {
      if (value.is_structured() || value.is_null()) {
        return Corrupt(fmt::format("conf entry {} must be a text, but is {}.", key, Dump(value)));
      }
      conf.emplace_back(key, value.is_string() ? value.get<std::string>() : Dump(value));
    }
    return conf;
  }

 private:
  static std::string Dump(const Json& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

  const std::string uri_;
};

}  // namespace

std::string Encode(const OffsetSeq& entry) {
  std::string bytes =
      fmt::format("v{}\n{{\"batchWatermarkMs\":{},\"batchTimestampMs\":{},\"conf\":{{", kVersion,
                  entry.batch_watermark_ms, entry.batch_timestamp_ms);
  bool first = true;
  for (const auto& [key, value] : entry.conf) {
    if (!std::exchange(first, false)) bytes += ',';
    data::AppendJsonString(&bytes, key);
    bytes += ':';
    data::AppendJsonString(&bytes, value);
  }
  bytes += "}}";
  for (const auto& offset : entry.offsets) {
    bytes += '\n';
    bytes += offset ? std::string_view(*offset) : kVoidOffset;
  }
  return bytes;
}

std::string Encode(const CommitMetadata& entry) {
  return fmt::format("v{}\n{{\"nextBatchWatermarkMs\":{}}}", kVersion,
                     entry.next_batch_watermark_ms);
}

Result<OffsetSeq> DecodeOffsetSeq(std::string_view bytes, std::string_view path) {
  const Decoder decoder(path);
  const std::vector<std::string_view> lines = SplitLines(bytes);
  if (lines.empty()) return decoder.Corrupt("Incomplete log file");
  MILLRACE_ASSIGN_OR_RETURN(const int version, decoder.Version(lines[0]));
  if (version > kNewestVersion) return decoder.TooNew(version);
  if (version != kVersion) return decoder.OffsetMapUnsupported(version);
  // Spark fails here too: without it, time and watermark of the batch are unknown.
  if (lines.size() < 2 || Trim(lines[1]).empty()) {
    return decoder.Corrupt("Incomplete log file: there is no metadata on line 2.");
  }
  MILLRACE_ASSIGN_OR_RETURN(const Json object, decoder.Object(lines[1]));
  OffsetSeq entry;
  MILLRACE_ASSIGN_OR_RETURN(entry.batch_watermark_ms, decoder.Long(object, "batchWatermarkMs"));
  MILLRACE_ASSIGN_OR_RETURN(entry.batch_timestamp_ms, decoder.Long(object, "batchTimestampMs"));
  MILLRACE_ASSIGN_OR_RETURN(entry.conf, decoder.Conf(object));
  for (std::size_t i = 2; i < lines.size(); ++i) {
    entry.offsets.push_back(lines[i] == kVoidOffset ? std::nullopt
                                                    : std::optional(std::string(lines[i])));
  }
  return entry;
}

Result<CommitMetadata> DecodeCommitMetadata(std::string_view bytes, std::string_view path) {
  const Decoder decoder(path);
  const std::vector<std::string_view> lines = SplitLines(bytes);
  if (lines.empty()) return decoder.Corrupt("Incomplete log file in the offset commit log");
  MILLRACE_ASSIGN_OR_RETURN(const int version, decoder.Version(Trim(lines[0])));
  if (version > kNewestVersion) return decoder.TooNew(version);
  CommitMetadata entry;
  if (lines.size() < 2) return entry;
  MILLRACE_ASSIGN_OR_RETURN(const Json object, decoder.Object(lines[1]));
  MILLRACE_ASSIGN_OR_RETURN(entry.next_batch_watermark_ms,
                            decoder.Long(object, "nextBatchWatermarkMs"));
  return entry;
}

}  // namespace millrace::checkpoint
