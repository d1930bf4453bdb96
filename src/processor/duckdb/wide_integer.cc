#include "processor/duckdb/wide_integer.h"

#include <algorithm>
#include <bit>

namespace millrace::processor::duckdb {

WideInteger WideInteger::PowerOfTen(int power) {
  WideInteger out(1);
  for (; power >= 19; power -= 19) out = out * WideInteger(10'000'000'000'000'000'000ull);
  std::uint64_t rest = 1;
  for (; power > 0; --power) rest *= 10;
  return out * WideInteger(rest);
}

WideInteger WideInteger::operator+(const WideInteger& other) const {
  WideInteger out;
  unsigned __int128 carry = 0;
  for (int i = 0; i < kLimbs; ++i) {
    carry += static_cast<unsigned __int128>(limbs_[i]) + other.limbs_[i];
    out.limbs_[i] = static_cast<std::uint64_t>(carry);
    carry >>= 64;
  }
  return out;
}

WideInteger WideInteger::operator-(const WideInteger& other) const {
  WideInteger out;
  std::uint64_t borrow = 0;
  for (int i = 0; i < kLimbs; ++i) {
    unsigned __int128 taken = static_cast<unsigned __int128>(other.limbs_[i]) + borrow;
    borrow = limbs_[i] < taken ? 1 : 0;
    out.limbs_[i] = static_cast<std::uint64_t>(limbs_[i] - static_cast<std::uint64_t>(taken));
  }
  return out;
}

WideInteger WideInteger::operator*(const WideInteger& other) const {
  WideInteger out;
  for (int i = 0; i < kLimbs; ++i) {
    if (limbs_[i] == 0) continue;
    unsigned __int128 carry = 0;
    for (int j = 0; i + j < kLimbs; ++j) {
      carry += static_cast<unsigned __int128>(limbs_[i]) * other.limbs_[j] + out.limbs_[i + j];
      out.limbs_[i + j] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
    }
  }
  return out;
}

std::strong_ordering WideInteger::operator<=>(const WideInteger& other) const {
  for (int i = kLimbs - 1; i >= 0; --i) {
    if (limbs_[i] != other.limbs_[i]) return limbs_[i] <=> other.limbs_[i];
  }
  return std::strong_ordering::equal;
}

int WideInteger::bits() const {
  for (int i = kLimbs - 1; i >= 0; --i) {
    if (limbs_[i] != 0) return 64 * i + 64 - std::countl_zero(limbs_[i]);
  }
  return 0;
}

WideInteger WideInteger::ShiftLeft(int count) const {
  WideInteger out;
  int whole = count / 64;
  int part = count % 64;
  for (int i = kLimbs - 1; i >= whole; --i) {
    out.limbs_[i] = limbs_[i - whole] << part;
    if (part > 0 && i > whole) out.limbs_[i] |= limbs_[i - whole - 1] >> (64 - part);
  }
  return out;
}

WideInteger WideInteger::Divide(const WideInteger& divisor, WideInteger* rest) const {
  WideInteger quotient;
  *rest = *this;
  int shift = bits() - divisor.bits();
  if (shift < 0) return quotient;
  for (; shift >= 0; --shift) {
    WideInteger shifted = divisor.ShiftLeft(shift);
    if (*rest >= shifted) {
      *rest = *rest - shifted;
      quotient.limbs_[shift / 64] |= std::uint64_t{1} << (shift % 64);
    }
  }
  return quotient;
}

WideInteger WideInteger::DropDigits(int power, Rounding rounding) const {
  if (power <= 0) return *this;
  WideInteger divisor = PowerOfTen(power);
  WideInteger rest;
  WideInteger quotient = Divide(divisor, &rest);
  if (rounding == Rounding::kDown) return quotient;
  WideInteger twice = rest + rest;
  bool half_goes_up = rounding == Rounding::kHalfUp || (quotient.limbs_[0] & 1) != 0;
  if (twice > divisor || (half_goes_up && twice == divisor)) quotient = quotient + WideInteger(1);
  return quotient;
}

std::string WideInteger::Digits() const {
  std::string out;
  WideInteger value = *this;
  while (!value.is_zero()) {
    std::uint64_t rest = 0;
    for (int i = kLimbs - 1; i >= 0; --i) {
      unsigned __int128 part = static_cast<unsigned __int128>(rest) << 64 | value.limbs_[i];
      value.limbs_[i] = static_cast<std::uint64_t>(part / 10);
      rest = static_cast<std::uint64_t>(part % 10);
    }
    out += static_cast<char>('0' + rest);
  }
  if (out.empty()) out += '0';
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace millrace::processor::duckdb
