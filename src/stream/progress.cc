#include "stream/progress.h"

#include <cmath>
#include <limits>

#include <nlohmann/json.hpp>

#include "data/scalar_text.h"

namespace millrace {
namespace {

using Json = nlohmann::ordered_json;

/// Spark rounds rates to one decimal, half up, and prints them as Java does. nlohmann would print
/// them its own way, so they stand in the tree as a marked string that Dump() unquotes.
constexpr char kRawMark = '\x01';

void AddRate(Json& object, const char* key, double value) {
  if (!std::isfinite(value)) return;
  object[key] = kRawMark + data::DoubleText(std::floor(value * 10 + 0.5) / 10) + kRawMark;
}

Json ParsedOrText(const std::optional<std::string>& offset) {
  if (!offset) return nullptr;
  Json parsed = Json::parse(*offset, nullptr, /*allow_exceptions=*/false);
  return parsed.is_discarded() ? Json(*offset) : parsed;
}

Json ToJson(const std::map<std::string, std::string>& map) {
  Json object = Json::object();
  for (const auto& [key, value] : map) object[key] = value;
  return object;
}

Json ToJson(const SourceProgress& source) {
  Json object;
  object["description"] = source.description;
  object["startOffset"] = ParsedOrText(source.startOffset);
  object["endOffset"] = ParsedOrText(source.endOffset);
  object["latestOffset"] = ParsedOrText(source.latestOffset);
  object["numInputRows"] = source.numInputRows;
  AddRate(object, "inputRowsPerSecond", source.inputRowsPerSecond);
  AddRate(object, "processedRowsPerSecond", source.processedRowsPerSecond);
  if (!source.metrics.empty()) object["metrics"] = ToJson(source.metrics);
  return object;
}

/// Where a row's own text is put once the tree is written: nlohmann would write its numbers anew.
std::string RowPlace(std::size_t index) {
  return std::string(1, kRawMark) + '\x02' + std::to_string(index) + '\x02' + kRawMark;
}

/// With `raw_rows` the observed rows are places for WithRows().
Json ToJson(const StreamingQueryProgress& progress, bool raw_rows) {
  Json object;
  object["id"] = progress.id;
  object["runId"] = progress.runId;
  object["name"] = progress.name ? Json(*progress.name) : Json(nullptr);
  object["timestamp"] = progress.timestamp;
  object["batchId"] = progress.batchId;
  object["batchDuration"] = progress.batchDuration;
  object["numInputRows"] = progress.numInputRows();
  AddRate(object, "inputRowsPerSecond", progress.inputRowsPerSecond());
  AddRate(object, "processedRowsPerSecond", progress.processedRowsPerSecond());
  object["durationMs"] = Json::object();
  for (const auto& [phase, ms] : progress.durationMs) object["durationMs"][phase] = ms;
  if (!progress.eventTime.empty()) object["eventTime"] = ToJson(progress.eventTime);
  object["stateOperators"] = Json::array();
  object["sources"] = Json::array();
  for (const SourceProgress& source : progress.sources) {
    object["sources"].push_back(ToJson(source));
  }
  object["sink"]["description"] = progress.sink.description;
  object["sink"]["numOutputRows"] = progress.sink.numOutputRows;
  if (!progress.sink.metrics.empty()) object["sink"]["metrics"] = ToJson(progress.sink.metrics);
  if (!progress.observedMetrics.empty()) {
    const std::map<std::string, ObservedRow> sorted(progress.observedMetrics.begin(),
                                                    progress.observedMetrics.end());
    std::size_t index = 0;
    for (const auto& [name, row] : sorted) {
      object["observedMetrics"][name] =
          raw_rows ? Json(RowPlace(index++)) : ParsedOrText(row.json);
    }
  }
  return object;
}

std::string Dump(const Json& json, int indent) {
  const std::string text = json.dump(indent, ' ', false, Json::error_handler_t::replace);
  // "\u0001" + number + "\u0001" in quotes: take away the marks and the quotes.
  static const std::string kOpen = "\"\\u0001";
  static const std::string kClose = "\\u0001\"";
  std::string out;
  std::size_t at = 0;
  while (true) {
    const std::size_t open = text.find(kOpen, at);
    if (open == std::string::npos) break;
    const std::size_t close = text.find(kClose, open + kOpen.size());
    out.append(text, at, open - at);
    out.append(text, open + kOpen.size(), close - open - kOpen.size());
    at = close + kClose.size();
  }
  out.append(text, at);
  return out;
}

std::string WithRows(std::string text, const StreamingQueryProgress& progress) {
  const std::map<std::string, ObservedRow> sorted(progress.observedMetrics.begin(),
                                                  progress.observedMetrics.end());
  std::size_t index = 0;
  for (const auto& [name, row] : sorted) {
    const std::string place = "\\u0002" + std::to_string(index++) + "\\u0002";
    if (const auto at = text.rfind(place); at != std::string::npos) {
      text.replace(at, place.size(), row.json);
    }
  }
  return text;
}

}  // namespace

std::int64_t StreamingQueryProgress::numInputRows() const {
  std::int64_t rows = 0;
  for (const SourceProgress& source : sources) rows += source.numInputRows;
  return rows;
}

double StreamingQueryProgress::inputRowsPerSecond() const {
  double rate = 0;
  for (const SourceProgress& source : sources) rate += source.inputRowsPerSecond;
  return rate;
}

double StreamingQueryProgress::processedRowsPerSecond() const {
  double rate = 0;
  for (const SourceProgress& source : sources) rate += source.processedRowsPerSecond;
  return rate;
}

std::string StreamingQueryProgress::json() const {
  return WithRows(Dump(ToJson(*this, true), -1), *this);
}
std::string StreamingQueryProgress::prettyJson() const { return Dump(ToJson(*this, false), 2); }

}  // namespace millrace

namespace millrace::stream {
namespace {

std::optional<std::string> Text(const std::optional<connector::Offset>& offset) {
  return offset ? std::optional(offset->json) : std::nullopt;
}

}  // namespace

StreamingQueryProgress MakeProgress(const QueryIdentity& query, const BatchPlan& plan,
                                    const BatchOutcome& outcome, const TriggerTimes& times,
                                    const PhaseDurations& durations, const BatchParts& parts) {
  const auto seconds = [](auto duration) {
    return std::chrono::duration<double>(duration).count();
  };
  const std::int64_t batch_ms = base::ToMillis(times.end) - base::ToMillis(times.start);
  const double batch_seconds = static_cast<double>(std::max<std::int64_t>(1, batch_ms)) / 1000;
  const double since_previous = times.previous_start ? seconds(times.start - *times.previous_start)
                                                     : std::numeric_limits<double>::infinity();
  StreamingQueryProgress progress;
  progress.id = query.id;
  progress.runId = query.run_id;
  progress.name = query.name;
  progress.timestamp = base::FormatIsoMillis(times.start);
  progress.batchId = plan.id;
  progress.batchDuration = batch_ms;
  progress.durationMs = durations;
  for (std::size_t i = 0; i < parts.sources.size(); ++i) {
    const connector::Source& source = *parts.sources[i];
    SourceProgress entry;
    entry.description = source.description();
    entry.startOffset = Text(plan.start[i]);
    entry.endOffset = Text(plan.end[i]);
    entry.latestOffset = Text(source.ReportLatestOffset());
    entry.numInputRows = outcome.input_rows[i];
    entry.inputRowsPerSecond = static_cast<double>(entry.numInputRows) / since_previous;
    entry.processedRowsPerSecond = static_cast<double>(entry.numInputRows) / batch_seconds;
    entry.metrics = source.Metrics(plan.end[i]);
    progress.sources.push_back(std::move(entry));
  }
  progress.sink.description = parts.sink->description();
  progress.sink.numOutputRows = parts.sink->reported_output_rows();
  progress.observedMetrics = outcome.observed;
  return progress;
}

}  // namespace millrace::stream
