#include "stream/trigger.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace millrace::stream {
namespace {

base::Status Invalid(std::string_view text, std::string_view why) {
  return base::Status::InvalidArgument(
             fmt::format("trigger interval \"{}\": {}; write for example \"30 seconds\"", text,
                         why))
      .WithSparkError({"IllegalArgumentException", "", "", {}});
}

std::vector<std::string> Words(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  auto flush = [&] {
    if (!word.empty()) words.push_back(std::exchange(word, {}));
  };
  for (char c : text) {
    if (std::isspace(static_cast<unsigned char>(c))) {
      flush();
      continue;
    }
    // "30seconds" is two words, as in Spark's interval text.
    if (!word.empty() && std::isalpha(static_cast<unsigned char>(c)) &&
        (std::isdigit(static_cast<unsigned char>(word.back())) || word.back() == '.')) {
      flush();
    }
    word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  flush();
  return words;
}

/// Microseconds in one unit, or 0 when the word is no unit with a fixed length.
double MicrosOf(std::string word) {
  if (word.size() > 1 && word.back() == 's') word.pop_back();
  if (word == "microsecond") return 1;
  if (word == "millisecond") return 1e3;
  if (word == "second") return 1e6;
  if (word == "minute") return 60e6;
  if (word == "hour") return 3600e6;
  if (word == "day") return 86400e6;
  if (word == "week") return 7 * 86400e6;
  return 0;
}

}  // namespace

base::Result<std::chrono::milliseconds> ParseTriggerInterval(std::string_view text) {
  std::vector<std::string> words = Words(text);
  if (!words.empty() && words.front() == "interval") words.erase(words.begin());
  if (words.empty()) return Invalid(text, "it is empty");
  if (words.size() % 2 != 0) return Invalid(text, "a number and a unit must come in pairs");
  double micros = 0;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    double number = 0;
    const std::string& digits = words[i];
    const char* begin = digits.data() + (digits.front() == '+' ? 1 : 0);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(begin, end, number, std::chars_format::fixed);
    if (error != std::errc() || stop != end || !std::isfinite(number)) {
      return Invalid(text, fmt::format("\"{}\" is not a number", digits));
    }
    const std::string& unit = words[i + 1];
    if (unit.starts_with("month") || unit.starts_with("year")) {
      return Invalid(text, "months and years have no fixed length");
    }
    const double unit_micros = MicrosOf(unit);
    if (unit_micros == 0) return Invalid(text, fmt::format("\"{}\" is not a unit of time", unit));
    micros += number * unit_micros;
  }
  if (micros < 0) return Invalid(text, "it is negative");
  if (micros > 9e18) return Invalid(text, "it is too long");
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(micros / 1000)));
}

base::WallTime NextTriggerTime(base::WallTime now, std::chrono::milliseconds interval) {
  const std::int64_t step = interval.count();
  const std::int64_t slots = base::ToMillis(now) / step;
  return base::WallTime(std::chrono::milliseconds((slots + 1) * step));
}

}  // namespace millrace::stream
