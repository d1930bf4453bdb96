#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::data {

/// A number format of to_char and to_number: `$9,999.99`, `S000`, `999PR` (Spark's ToNumberParser).
class NumberPattern {
 public:
  enum class Problem { kNone, kEmpty, kNoDigit, kOther };

  /// Any case. The pattern is of use only where `problem` comes back as kNone.
  static NumberPattern Parse(std::string_view text, Problem* problem);

  int precision() const { return before_ + after_; }
  int scale() const { return after_; }
  const std::string& text() const { return text_; }

  /// The number (of `scale` digits behind its point) in this form, each digit as # when it has too
  /// many.
  std::string Format(__int128 unscaled, int scale) const;
  /// The number in a text of this form, with scale() digits behind its point; none when the text is
  /// of another form.
  std::optional<__int128> Read(std::string_view text) const;

 private:
  enum class Sign { kNone, kPlusMinus, kMinus, kAngle };
  struct Digits {
    bool exact = false;  ///< Begins with 0: all of its places are filled.
    int count = 0;
  };

  std::string FormatDigits(std::string_view whole) const;
  std::string Overflow() const;
  std::optional<std::size_t> ReadWhole(std::string_view text, std::string* digits) const;

  std::string text_;  ///< Upper case.
  Sign sign_ = Sign::kNone;
  bool sign_first_ = false;
  bool dollar_ = false;
  std::vector<Digits> groups_;  ///< Before the point, from left to right.
  int before_ = 0;
  bool has_point_ = false;
  Digits fraction_;
  int after_ = 0;
};

}  // namespace millrace::data
