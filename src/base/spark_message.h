#pragma once

#include <string>

#include "base/status.h"

namespace millrace::base {

/// The message as Spark shows it: `[CONDITION] text SQLSTATE: xxxxx` when the failure has a
/// condition that Spark has numbered and its message does not say so yet; else the message.
std::string SparkMessage(const Status& status);

}  // namespace millrace::base
