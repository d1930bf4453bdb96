#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace millrace::sources::kafka {

/// A time as Spark's options take it: a whole number, which may be negative, with us, ms, s, m,
/// min, h or d, in any case; milliseconds without a unit. nullopt for anything else.
std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text);

}  // namespace millrace::sources::kafka
