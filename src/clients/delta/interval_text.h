#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace millrace::clients::delta {

/// Reads a retention property: "interval 1 week", "interval 30 days 12 hours", "7 days". nullopt
/// for anything else, months and years included, which Delta refuses too.
std::optional<std::chrono::milliseconds> ParseInterval(std::string_view text);

}  // namespace millrace::clients::delta
