#include "connector/duration.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <string>

namespace millrace::connector {

namespace {

constexpr double kMostMillis = 9e18;

}  // namespace

std::optional<std::chrono::milliseconds> ParseDuration(std::string_view text,
                                                       std::chrono::milliseconds without_unit) {
  static const std::map<std::string, std::int64_t> kUnits = {
      {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000},
  };
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::int64_t count = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return std::nullopt;
  std::string unit;
  for (const char* c = rest; c != text.data() + text.size(); ++c) {
    unit += static_cast<char>(std::tolower(static_cast<unsigned char>(*c)));
  }
  if (unit == "us") return std::chrono::milliseconds(count / 1000);
  const auto found = kUnits.find(unit);
  if (!unit.empty() && found == kUnits.end()) return std::nullopt;
  const std::int64_t millis = unit.empty() ? without_unit.count() : found->second;
  if (std::abs(static_cast<double>(count)) > kMostMillis / static_cast<double>(millis)) {
    return std::nullopt;
  }
  return std::chrono::milliseconds(count * millis);
}

}  // namespace millrace::connector
