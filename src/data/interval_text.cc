#include "data/interval_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace millrace::data {
namespace {

struct Unit {
  std::string_view name;  // Without its s.
  std::int64_t TextInterval::*part;
  std::int64_t amount;
};

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::array<Unit, 9> kUnits = {{{"year", &TextInterval::months, 12},
                                         {"month", &TextInterval::months, 1},
                                         {"week", &TextInterval::days, 7},
                                         {"day", &TextInterval::days, 1},
                                         {"hour", &TextInterval::micros, 3600 * kSecond},
                                         {"minute", &TextInterval::micros, 60 * kSecond},
                                         {"second", &TextInterval::micros, kSecond},
                                         {"millisecond", &TextInterval::micros, 1000},
                                         {"microsecond", &TextInterval::micros, 1}}};
/// Digits of a second that are read; the last three of them say nothing.
constexpr std::size_t kMostFractionDigits = 9;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

std::vector<std::string> LowerWords(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (std::isspace(static_cast<unsigned char>(c))) {
      if (!words.back().empty()) words.emplace_back();
    } else {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), words_(LowerWords(text)) {}

  base::Result<TextInterval> Read() {
    if (!words_.empty() && words_.front() == "interval") ++next_;
    if (next_ == words_.size()) return Error("INPUT_IS_EMPTY", "Interval string cannot be empty.");
    while (next_ < words_.size()) MILLRACE_RETURN_IF_ERROR(ReadPair());
    return sum_;
  }

 private:
  base::Status ReadPair() {
    std::string number = words_[next_++];
    bool negative = false;
    if (number.front() == '-' || number.front() == '+') {
      negative = number.front() == '-';
      number.erase(0, 1);
      if (number.empty() && next_ < words_.size()) number = words_[next_++];
    }
    if (number.empty() || (!IsDigit(number.front()) && number.front() != '.')) {
      return Error("UNRECOGNIZED_NUMBER", fmt::format("Unrecognized number {}.", number),
                   {{"number", number}});
    }
    const std::size_t point = std::min(number.find('.'), number.size());
    const std::string whole = number.substr(0, point);
    const std::string fraction = point < number.size() ? number.substr(point + 1) : "";
    if (!std::all_of(whole.begin(), whole.end(), IsDigit) ||
        !std::all_of(fraction.begin(), fraction.end(), IsDigit) ||
        whole.size() + fraction.size() == 0) {
      return Error("INVALID_VALUE", fmt::format("Invalid value {}.", number), {{"value", number}});
    }
    if (fraction.size() > kMostFractionDigits) {
      return Error("INVALID_PRECISION",
                   fmt::format("Interval can only support nanosecond precision, {} is out of range.",
                               number),
                   {{"value", number}});
    }
    if (next_ == words_.size()) {
      return Error("MISSING_UNIT",
                   fmt::format("Expect a unit name after {} but hit EOL.", number),
                   {{"word", number}});
    }
    const std::string& word = words_[next_++];
    const Unit* unit = UnitOf(word);
    if (unit == nullptr) {
      return Error("INVALID_UNIT", fmt::format("Invalid unit {}.", word), {{"unit", word}});
    }
    if (point < number.size() && unit->name != "second") {
      return Error("INVALID_FRACTION", fmt::format("{} cannot have fractional part.", word),
                   {{"unit", word}});
    }
    const std::optional<std::int64_t> amount = Amount(whole, fraction, *unit);
    std::int64_t& sum = sum_.*unit->part;
    const bool is_whole = unit->part != &TextInterval::micros;  // 32 bits in Spark.
    if (!amount ||
        (negative ? __builtin_sub_overflow(sum, *amount, &sum)
                  : __builtin_add_overflow(sum, *amount, &sum)) ||
        (is_whole && sum != static_cast<std::int32_t>(sum))) {
      return Error("ARITHMETIC_EXCEPTION",
                   fmt::format("Uncaught arithmetic exception while parsing '{}'.", text_));
    }
    return base::Status::Ok();
  }

  static const Unit* UnitOf(std::string_view word) {
    if (word.ends_with('s')) word.remove_suffix(1);
    const auto found = std::find_if(kUnits.begin(), kUnits.end(),
                                    [&](const Unit& unit) { return unit.name == word; });
    return found == kUnits.end() ? nullptr : &*found;
  }

  /// In the unit's part of the interval; nullopt: more than it holds.
  static std::optional<std::int64_t> Amount(const std::string& whole, std::string fraction,
                                            const Unit& unit) {
    std::int64_t value = 0;
    for (const char c : whole) {
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, c - '0', &value)) {
        return std::nullopt;
      }
    }
    if (__builtin_mul_overflow(value, unit.amount, &value)) return std::nullopt;
    fraction.resize(6, '0');
    std::int64_t micros = 0;
    for (const char c : fraction) micros = micros * 10 + (c - '0');
    if (unit.name == "second" && __builtin_add_overflow(value, micros, &value)) return std::nullopt;
    return value;
  }

  base::Status Error(std::string_view condition, std::string_view why,
                     std::map<std::string, std::string> parameters = {}) const {
    const std::string name = fmt::format("INVALID_INTERVAL_FORMAT.{}", condition);
    parameters["input"] = text_;
    return base::Status::InvalidArgument(
               fmt::format("[{}] Error parsing '{}' to interval. Please ensure that the value "
                           "provided is in a valid format for defining an interval. You can "
                           "reference the documentation for the correct format. {} SQLSTATE: 22006",
                           name, text_, why))
        .WithSparkError({"IllegalArgumentException", name, "22006", std::move(parameters)});
  }

  std::string_view text_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
  TextInterval sum_;
};

}  // namespace

base::Result<TextInterval> ParseIntervalText(std::string_view text) { return Reader(text).Read(); }

}  // namespace millrace::data
