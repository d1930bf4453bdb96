#pragma once

#include <string>

#include "millrace/progress.h"

namespace millrace::connect {

/// What lastProgress and recentProgress carry over Connect: not progress.json of Spark's classic
/// API, but StreamingQueryProgress.jsonString (6.3 of the contract): offsets as texts, whole
/// doubles, empty parts present, no sums on top.
std::string ProgressJson(const StreamingQueryProgress& progress);

/// Listener events as StreamingQueryListener's events print themselves; progress in the classic
/// form.
std::string EventJson(const QueryStartedEvent& event);
std::string EventJson(const QueryProgressEvent& event);
std::string EventJson(const QueryIdleEvent& event);
std::string EventJson(const QueryTerminatedEvent& event);

}  // namespace millrace::connect
