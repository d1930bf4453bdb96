#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace millrace::connector {

/// A time as Spark's options and confs take it (JavaUtils.timeStringAs): a whole number, which may
/// be negative, with us, ms, s, m, min, h or d, in any case; without one, in `without_unit`.
/// nullopt for anything else.
std::optional<std::chrono::milliseconds> ParseDuration(
    std::string_view text, std::chrono::milliseconds without_unit = std::chrono::milliseconds(1));

}  // namespace millrace::connector
