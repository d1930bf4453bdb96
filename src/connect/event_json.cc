#include "connect/event_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace millrace::connect {
namespace {

using Json = nlohmann::ordered_json;

Json OrNull(const std::optional<std::string>& text) { return text ? Json(*text) : Json(); }

/// As Jackson: what no JSON number can say is a text.
Json Number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

std::string Text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Objects stay objects when there is nothing in them.
template <typename Map>
Json Object(const Map& map) {
  Json object = Json::object();
  for (const auto& [key, value] : map) object[key] = value;
  return object;
}

Json SourceJson(const SourceProgress& source) {
  Json json;
  json["description"] = source.description;
  json["startOffset"] = OrNull(source.startOffset);
  json["endOffset"] = OrNull(source.endOffset);
  json["latestOffset"] = OrNull(source.latestOffset);
  json["numInputRows"] = source.numInputRows;
  json["inputRowsPerSecond"] = Number(source.inputRowsPerSecond);
  json["processedRowsPerSecond"] = Number(source.processedRowsPerSecond);
  json["metrics"] = Object(source.metrics);
  return json;
}

}  // namespace

std::string ProgressJson(const StreamingQueryProgress& progress) {
  Json json;
  json["id"] = progress.id;
  json["runId"] = progress.runId;
  json["name"] = OrNull(progress.name);
  json["timestamp"] = progress.timestamp;
  json["batchId"] = progress.batchId;
  json["batchDuration"] = progress.batchDuration;
  json["durationMs"] = Object(progress.durationMs);
  json["eventTime"] = Object(progress.eventTime);
  json["stateOperators"] = Json::array();
  json["sources"] = Json::array();
  for (const SourceProgress& source : progress.sources) {
    json["sources"].push_back(SourceJson(source));
  }
  Json sink;
  sink["description"] = progress.sink.description;
  sink["numOutputRows"] = progress.sink.numOutputRows;
  sink["metrics"] = Object(progress.sink.metrics);
  json["sink"] = std::move(sink);
  std::string text = Text(json);
  text.back() = ',';
  text += "\"observedMetrics\":{";
  for (const auto& [name, row] : progress.observedMetrics) {
    if (text.back() != '{') text += ',';
    text += Text(Json(name)) + ":{\"values\":" + row.values + ",\"schema\":" + row.schema.json() + "}";
  }
  return text + "}}";
}

std::string EventJson(const QueryStartedEvent& event) {
  Json json;
  json["id"] = event.id;
  json["runId"] = event.runId;
  json["name"] = OrNull(event.name);
  json["timestamp"] = event.timestamp;
  json["jobTags"] = Json::array();
  return Text(json);
}

std::string EventJson(const QueryProgressEvent& event) {
  return "{\"progress\":" + event.progress.json() + "}";
}

std::string EventJson(const QueryIdleEvent& event) {
  Json json;
  json["id"] = event.id;
  json["runId"] = event.runId;
  json["timestamp"] = event.timestamp;
  return Text(json);
}

std::string EventJson(const QueryTerminatedEvent& event) {
  Json json;
  json["id"] = event.id;
  json["runId"] = event.runId;
  json["exception"] = OrNull(event.exception);
  json["errorClassOnException"] = OrNull(event.errorClassOnException);
  return Text(json);
}

}  // namespace millrace::connect
