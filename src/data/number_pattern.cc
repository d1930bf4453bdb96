#include "data/number_pattern.h"

#include <algorithm>

namespace millrace::data {
namespace {

bool IsDigitPlace(char c) { return c == '0' || c == '9'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes `word` off the front of `rest`.
bool Take(std::string_view* rest, std::string_view word) {
  if (!rest->starts_with(word)) return false;
  rest->remove_prefix(word.size());
  return true;
}

std::string TextOf(__int128 value) {
  std::string digits;
  while (value > 0) {
    digits += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  }
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace

NumberPattern NumberPattern::Parse(std::string_view text, Problem* problem) {
  NumberPattern pattern;
  for (const char c : text) {
    pattern.text_ += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  *problem = Problem::kNone;
  if (text.empty()) *problem = Problem::kEmpty;
  else if (std::none_of(text.begin(), text.end(), IsDigitPlace)) *problem = Problem::kNoDigit;
  if (*problem != Problem::kNone) return pattern;
  *problem = Problem::kOther;
  std::string_view rest = pattern.text_;
  pattern.sign_first_ = true;
  if (Take(&rest, "S")) pattern.sign_ = Sign::kPlusMinus;
  else if (Take(&rest, "MI")) pattern.sign_ = Sign::kMinus;
  else pattern.sign_first_ = false;
  pattern.dollar_ = Take(&rest, "$");
  const auto digits = [&rest] {
    Digits group{rest[0] == '0', 0};
    while (!rest.empty() && IsDigitPlace(rest[0])) {
      ++group.count;
      rest.remove_prefix(1);
    }
    return group;
  };
  while (!rest.empty() && IsDigitPlace(rest[0])) {
    pattern.groups_.push_back(digits());
    pattern.before_ += pattern.groups_.back().count;
    if (!Take(&rest, ",") && !Take(&rest, "G")) break;
    if (rest.empty() || !IsDigitPlace(rest[0])) return pattern;
  }
  if (Take(&rest, ".") || Take(&rest, "D")) {
    pattern.has_point_ = true;
    if (!rest.empty() && IsDigitPlace(rest[0])) {
      pattern.fraction_ = digits();
      pattern.after_ = pattern.fraction_.count;
    }
  }
  if (!rest.empty() && pattern.sign_ == Sign::kNone) {
    if (Take(&rest, "S")) pattern.sign_ = Sign::kPlusMinus;
    else if (Take(&rest, "MI")) pattern.sign_ = Sign::kMinus;
    else if (Take(&rest, "PR")) pattern.sign_ = Sign::kAngle;
  }
  if (rest.empty() && pattern.precision() <= 38) *problem = Problem::kNone;
  return pattern;
}

std::string NumberPattern::Overflow() const {
  std::string text;
  for (std::size_t i = 0; i < text_.size(); ++i) {
    const char c = text_[i];
    text += IsDigitPlace(c) ? '#' : c == 'G' ? ',' : c == 'D' ? '.' : c;
  }
  return text;
}

/// `whole` has no more digits than there are places.
std::string NumberPattern::FormatDigits(std::string_view whole) const {
  std::string text;
  int missing = before_ - static_cast<int>(whole.size());
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (i > 0) text += !text.empty() && IsDigit(text.back()) ? ',' : ' ';
    for (int place = 0; place < groups_[i].count; ++place) {
      if (missing > 0) {
        --missing;
        text += groups_[i].exact ? '0' : ' ';
      } else {
        text += whole[0];
        whole.remove_prefix(1);
      }
    }
  }
  return text;
}

std::string NumberPattern::Format(__int128 unscaled, int scale) const {
  const bool negative = unscaled < 0;
  std::string digits = TextOf(negative ? -unscaled : unscaled);
  if (static_cast<int>(digits.size()) < scale) digits.insert(0, scale - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - static_cast<std::size_t>(scale));
  std::string fraction = digits.substr(whole.size());
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  if (whole.empty() && before_ > 0) whole = "0";
  if (static_cast<int>(whole.size()) > before_ || static_cast<int>(fraction.size()) > after_) {
    return Overflow();
  }
  std::string number = FormatDigits(whole);
  if (has_point_ && after_ > 0) {
    if (!number.empty() && number.back() == ' ') number.back() = '0';
    number += '.';
    number += fraction + std::string(static_cast<std::size_t>(after_) - fraction.size(), '0');
  }
  // A sign in front stands right before the first digit.
  const auto before_digits = [&number](char sign) {
    const std::size_t place = std::min(number.find_first_not_of(' '), number.size());
    number.insert(place, 1, sign);
  };
  if (dollar_) number.insert(0, 1, '$');
  const char sign = negative ? '-' : sign_ == Sign::kPlusMinus ? '+' : ' ';
  if (sign_ == Sign::kPlusMinus || sign_ == Sign::kMinus) {
    if (sign_first_) before_digits(sign);
    else number += sign;
  }
  if (sign_ == Sign::kAngle) {
    if (negative) before_digits('<');
    number += negative ? ">" : "  ";
  }
  return number;
}

/// How much of the text its digits and commas before the point take.
std::optional<std::size_t> NumberPattern::ReadWhole(std::string_view text,
                                                    std::string* digits) const {
  std::vector<int> sizes = {0};
  std::size_t end = 0;
  for (; end < text.size() && (IsDigit(text[end]) || text[end] == ','); ++end) {
    if (text[end] == ',') {
      sizes.push_back(0);
    } else {
      ++sizes.back();
      *digits += text[end];
    }
  }
  if (sizes.size() > groups_.size()) {
    if (!groups_.empty() || !digits->empty() || sizes.size() > 1) return std::nullopt;
    return end;
  }
  // From the point to the left.
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    const Digits& group = groups_[groups_.size() - 1 - i];
    const int size = i < sizes.size() ? sizes[sizes.size() - 1 - i] : 0;
    if (size > group.count || (group.exact && size != group.count)) return std::nullopt;
  }
  return end;
}

std::optional<__int128> NumberPattern::Read(std::string_view text) const {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  bool negative = false;
  const auto take_sign = [&] {
    if (sign_ == Sign::kPlusMinus && Take(&text, "+")) return;
    if (Take(&text, "-")) negative = true;
  };
  const bool has_sign = sign_ == Sign::kPlusMinus || sign_ == Sign::kMinus;
  if (has_sign && sign_first_) take_sign();
  const bool opened = sign_ == Sign::kAngle && Take(&text, "<");
  if (dollar_ && !Take(&text, "$")) return std::nullopt;
  std::string digits;
  const auto whole = ReadWhole(text, &digits);
  if (!whole) return std::nullopt;
  text.remove_prefix(*whole);
  int fraction = 0;
  if (has_point_ && Take(&text, ".")) {
    for (; !text.empty() && IsDigit(text[0]); text.remove_prefix(1), ++fraction) digits += text[0];
  }
  if (fraction > after_ || (fraction_.exact && fraction != after_)) return std::nullopt;
  if (has_sign && !sign_first_) take_sign();
  if (opened) {
    if (!Take(&text, ">")) return std::nullopt;
    negative = true;
  }
  if (!text.empty() || digits.empty()) return std::nullopt;
  __int128 value = 0;
  digits.append(static_cast<std::size_t>(after_ - fraction), '0');
  for (const char c : digits) value = value * 10 + (c - '0');
  return negative ? -value : value;
}

}  // namespace millrace::data
