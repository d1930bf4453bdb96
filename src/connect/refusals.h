#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace millrace::connect {

/// A message that breaks the protocol: a part is missing or cannot have this value. PySpark raises
/// InvalidPlanInput.
base::Status InvalidPlan(std::string message);

/// What Spark does and this server does not, with what to do instead. PySpark raises
/// UnsupportedOperationException: "Millrace does not support <what>; <advice>".
base::Status RefusedPart(std::string_view what, std::string_view advice);

/// [INVALID_HANDLE.<sub_class>] of a session or an operation.
base::Status InvalidHandle(std::string_view sub_class, std::string_view handle,
                           std::string_view text);

/// As many sessions are open as may be. The one failure that clients are told as UNAVAILABLE, so
/// that they try again by themselves; nothing has been done.
base::Status TooManySessions();
bool IsTooManySessions(const base::Status& status);

}  // namespace millrace::connect
