#include "data/cast_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

#include "data/decimal_text.h"

namespace millrace::data {
namespace {

// UTF8String.trimAll: white space and ISO control characters.
std::string_view TrimAll(std::string_view text) {
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string LowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A decimal literal of Java without its suffix: digits, point, exponent.
bool IsDecimalLiteral(std::string_view text) {
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  std::size_t digits = 0;
  while (at < text.size() && IsDigit(text[at])) ++at, ++digits;
  if (at < text.size() && text[at] == '.') {
    ++at;
    while (at < text.size() && IsDigit(text[at])) ++at, ++digits;
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    std::size_t first = at;
    while (at < text.size() && IsDigit(text[at])) ++at;
    if (at == first) return false;
  }
  return at == text.size();
}

template <typename Float>
std::optional<Float> ParseHexadecimal(std::string_view text) {
  bool negative = text[0] == '-';
  if (negative || text[0] == '+') text.remove_prefix(1);
  if (text.size() < 3 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) return std::nullopt;
  text.remove_prefix(2);
  if (text.find_first_of("pP") == std::string_view::npos) return std::nullopt;
  Float value = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::hex);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  return negative ? -value : value;
}

template <typename Float>
std::optional<Float> Special(std::string_view text) {
  constexpr Float kInfinity = std::numeric_limits<Float>::infinity();
  std::string word = LowerAscii(text);
  bool negative = !word.empty() && word[0] == '-';
  if (negative || (!word.empty() && word[0] == '+')) word.erase(0, 1);
  if (word == "inf" || word == "infinity") return negative ? -kInfinity : kInfinity;
  // Java's own spelling may have a sign.
  if (word == "nan" && (word.size() == text.size() || text.substr(1) == "NaN")) {
    return std::numeric_limits<Float>::quiet_NaN();
  }
  return std::nullopt;
}

template <typename Float, typename Parse>
std::optional<Float> ParseFloating(std::string_view whole, Parse parse) {
  std::string_view text = JavaTrim(whole);
  if (text.empty()) return std::nullopt;
  if (std::optional<Float> special = Special<Float>(text)) return special;
  std::string_view number = text;
  char last = number.back();
  if (last == 'd' || last == 'D' || last == 'f' || last == 'F') number.remove_suffix(1);
  if (IsDecimalLiteral(number)) return parse(number);
  if (number.empty()) return std::nullopt;
  return ParseHexadecimal<Float>(number);
}

}  // namespace

std::string_view JavaTrim(std::string_view text) {
  while (!text.empty() && static_cast<unsigned char>(text.front()) <= ' ') text.remove_prefix(1);
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

std::optional<bool> ParseBoolean(std::string_view text) {
  std::string word = LowerAscii(TrimAll(text));
  constexpr std::array<std::string_view, 5> kTrue = {"t", "true", "y", "yes", "1"};
  constexpr std::array<std::string_view, 5> kFalse = {"f", "false", "n", "no", "0"};
  if (std::find(kTrue.begin(), kTrue.end(), word) != kTrue.end()) return true;
  if (std::find(kFalse.begin(), kFalse.end(), word) != kFalse.end()) return false;
  return std::nullopt;
}

std::optional<std::int64_t> ParseInteger(std::string_view whole, std::int64_t low,
                                         std::int64_t high) {
  std::string_view text = TrimAll(whole);
  if (!text.empty() && text[0] == '+') {
    text.remove_prefix(1);
    if (text.empty() || !IsDigit(text[0])) return std::nullopt;
  }
  std::int64_t value = 0;
  auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return std::nullopt;
  if (value < low || value > high) return std::nullopt;
  return value;
}

std::optional<std::int64_t> ParseIntegerPart(std::string_view whole, std::int64_t low,
                                             std::int64_t high) {
  const std::string_view text = TrimAll(whole);
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) return ParseInteger(text, low, high);
  const std::string_view fraction = text.substr(point + 1);
  if (!std::all_of(fraction.begin(), fraction.end(), IsDigit)) return std::nullopt;
  const std::string_view front = text.substr(0, point);
  if (front.empty() || front == "+" || front == "-") return 0;
  if (!IsDigit(front.back())) return std::nullopt;
  return ParseInteger(front, low, high);
}

std::optional<double> ParseJavaDouble(std::string_view text) {
  return ParseFloating<double>(text, ParseDouble);
}

std::optional<float> ParseJavaFloat(std::string_view text) {
  return ParseFloating<float>(text, ParseFloat);
}

}  // namespace millrace::data
