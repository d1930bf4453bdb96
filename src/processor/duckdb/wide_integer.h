#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>

namespace millrace::processor::duckdb {

/// An unsigned integer of 512 bits: room for what decimal arithmetic needs before it rounds.
/// Overflow wraps.
class WideInteger {
 public:
  WideInteger() = default;
  WideInteger(unsigned __int128 value) {  // NOLINT: implicit on purpose
    limbs_[0] = static_cast<std::uint64_t>(value);
    limbs_[1] = static_cast<std::uint64_t>(value >> 64);
  }

  /// 10 to the power, which is at most 153.
  static WideInteger PowerOfTen(int power);

  WideInteger operator+(const WideInteger& other) const;
  /// Precondition: other <= *this.
  WideInteger operator-(const WideInteger& other) const;
  WideInteger operator*(const WideInteger& other) const;
  /// Quotient; the rest goes to `rest`. Precondition: divisor is not 0.
  WideInteger Divide(const WideInteger& divisor, WideInteger* rest) const;
  enum class Rounding { kHalfUp, kHalfEven, kDown };
  /// Divided by 10 to the power.
  WideInteger DropDigits(int power, Rounding rounding = Rounding::kHalfUp) const;

  std::strong_ordering operator<=>(const WideInteger& other) const;
  bool operator==(const WideInteger& other) const = default;
  bool is_zero() const { return *this == WideInteger(); }
  /// Precondition: it fits.
  unsigned __int128 value() const {
    return static_cast<unsigned __int128>(limbs_[1]) << 64 | limbs_[0];
  }
  /// Decimal digits; "0" for zero.
  std::string Digits() const;

 private:
  static constexpr int kLimbs = 8;
  int bits() const;
  WideInteger ShiftLeft(int count) const;

  std::array<std::uint64_t, kLimbs> limbs_ = {};  ///< Lowest first.
};

}  // namespace millrace::processor::duckdb
