#include "clients/delta/interval_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

namespace millrace::clients::delta {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t millis;
};
constexpr std::array kUnits = {Unit{"week", 604'800'000}, Unit{"day", 86'400'000},
                               Unit{"hour", 3'600'000},   Unit{"minute", 60'000},
                               Unit{"second", 1'000},     Unit{"millisecond", 1}};

std::vector<std::string> LowerWords(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c))) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back().push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

std::optional<std::chrono::milliseconds> ParseInterval(std::string_view text) {
  std::vector<std::string> words = LowerWords(text);
  if (!words.empty() && words.front() == "interval") words.erase(words.begin());
  if (words.empty() || words.size() % 2 != 0) return std::nullopt;
  std::int64_t total = 0;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    std::int64_t count = 0;
    const std::string& number = words[i];
    const auto parsed = std::from_chars(number.data(), number.data() + number.size(), count);
    if (parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) {
      return std::nullopt;
    }
    std::string_view name = words[i + 1];
    if (name.ends_with('s')) name.remove_suffix(1);
    const auto unit =
        std::ranges::find_if(kUnits, [&](const Unit& candidate) { return candidate.name == name; });
    if (unit == kUnits.end()) return std::nullopt;
    std::int64_t millis = 0;
    if (__builtin_mul_overflow(count, unit->millis, &millis) ||
        __builtin_add_overflow(total, millis, &total)) {
      return std::nullopt;
    }
  }
  return std::chrono::milliseconds(total);
}

}  // namespace millrace::clients::delta
