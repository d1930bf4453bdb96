#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "processor/duckdb/time_zone.h"

namespace millrace::processor::duckdb {

/// Offsets as ZoneOffset patterns show them: "+HH", "+HHmm", "+HHMM", "+HH:MM", "+HHMMss",
/// "+HH:MM:ss".
std::string FormatOffset(const std::string& pattern, int seconds);

/// Reads an offset at `*at` as `pattern` wants it, in seconds; `zero` is the text for zero. Moves
/// `*at` behind it.
std::optional<int> ParseOffsetAs(const std::string& pattern, const std::string& zero,
                                 std::string_view text, std::size_t* at);

/// The longest zone id or offset at `*at`, with `names` also a known abbreviation. Moves `*at`
/// behind it.
std::optional<TimeZone> ParseZone(std::string_view text, std::size_t* at, bool names);

}  // namespace millrace::processor::duckdb
