#include "processor/duckdb/spark_random.h"

#include <cmath>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

namespace millrace::processor::duckdb {
namespace {

std::uint32_t Rotate(std::uint32_t word, int bits) { return word << bits | word >> (32 - bits); }

/// MurmurHash3 of eight bytes in two words.
std::uint32_t Murmur(std::uint32_t first, std::uint32_t second, std::uint32_t seed) {
  std::uint32_t hash = seed;
  for (std::uint32_t word : {first, second}) {
    word *= 0xcc9e2d51U;
    word = Rotate(word, 15);
    word *= 0x1b873593U;
    hash = Rotate(hash ^ word, 13) * 5 + 0xe6546b64U;
  }
  hash ^= 8;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bU;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35U;
  return hash ^ hash >> 16;
}

std::uint32_t Swapped(std::uint32_t word) { return __builtin_bswap32(word); }

/// XORShiftRandom.hashSeed: over the seed's big-endian bytes.
std::uint64_t HashSeed(std::int64_t seed) {
  const auto bits = static_cast<std::uint64_t>(seed);
  const std::uint32_t first = Swapped(static_cast<std::uint32_t>(bits >> 32));
  const std::uint32_t second = Swapped(static_cast<std::uint32_t>(bits));
  constexpr std::uint32_t kArraySeed = 0x3c074a61U;
  const std::uint32_t low = Murmur(first, second, kArraySeed);
  const std::uint32_t high = Murmur(first, second, low);
  return static_cast<std::uint64_t>(high) << 32 | low;
}

}  // namespace

XorShiftRandom::XorShiftRandom(std::int64_t seed) : state_(HashSeed(seed)) {}

std::int32_t XorShiftRandom::Next(int bits) {
  std::uint64_t next = state_ ^ state_ << 21;
  next ^= next >> 35;
  next ^= next << 4;
  state_ = next;
  return static_cast<std::int32_t>(
      static_cast<std::uint32_t>(next & ((std::uint64_t{1} << bits) - 1)));
}

double XorShiftRandom::NextDouble() {
  const std::int64_t high = static_cast<std::int64_t>(Next(26)) << 27;
  return static_cast<double>(high + Next(27)) * 0x1.0p-53;
}

double XorShiftRandom::NextGaussian() {
  if (has_gaussian_) {
    has_gaussian_ = false;
    return gaussian_;
  }
  while (true) {
    const double x = 2 * NextDouble() - 1;
    const double y = 2 * NextDouble() - 1;
    const double square = x * x + y * y;
    if (square >= 1 || square == 0) continue;
    const double scale = std::sqrt(-2 * std::log(square) / square);
    gaussian_ = y * scale;
    has_gaussian_ = true;
    return x * scale;
  }
}

MersenneTwister::MersenneTwister(std::int64_t seed) {
  const auto bits = static_cast<std::uint64_t>(seed);
  const std::array<std::uint32_t, 2> key = {static_cast<std::uint32_t>(bits >> 32),
                                            static_cast<std::uint32_t>(bits)};
  words_[0] = 19650218U;
  for (std::uint32_t i = 1; i < kWords; ++i) {
    words_[i] = 1812433253U * (words_[i - 1] ^ words_[i - 1] >> 30) + i;
  }
  std::size_t i = 1;
  std::size_t j = 0;
  const auto step = [&](std::uint32_t factor) {
    return words_[i] ^ (words_[i - 1] ^ words_[i - 1] >> 30) * factor;
  };
  const auto advance = [&] {
    if (++i < kWords) return;
    words_[0] = words_[kWords - 1];
    i = 1;
  };
  for (std::size_t k = kWords; k != 0; --k) {
    words_[i] = step(1664525U) + key[j] + static_cast<std::uint32_t>(j);
    advance();
    if (++j >= key.size()) j = 0;
  }
  for (std::size_t k = kWords - 1; k != 0; --k) {
    words_[i] = step(1566083941U) - static_cast<std::uint32_t>(i);
    advance();
  }
  words_[0] = 0x80000000U;
}

void MersenneTwister::Refill() {
  constexpr std::size_t kMiddle = 397;
  for (std::size_t i = 0; i < kWords; ++i) {
    const std::uint32_t y =
        (words_[i] & 0x80000000U) | (words_[(i + 1) % kWords] & 0x7fffffffU);
    words_[i] = words_[(i + kMiddle) % kWords] ^ y >> 1 ^ ((y & 1) != 0 ? 0x9908b0dfU : 0U);
  }
  next_ = 0;
}

std::uint32_t MersenneTwister::Next(int bits) {
  if (next_ == kWords) Refill();
  std::uint32_t y = words_[next_++];
  y ^= y >> 11;
  y ^= y << 7 & 0x9d2c5680U;
  y ^= y << 15 & 0xefc60000U;
  y ^= y >> 18;
  return y >> (32 - bits);
}

std::uint64_t MersenneTwister::NextLong() {
  const std::uint64_t high = Next(32);
  return high << 32 | Next(32);
}

std::int32_t MersenneTwister::NextInt(std::int32_t bound) {
  if ((bound & -bound) == bound) {
    return static_cast<std::int32_t>((static_cast<std::int64_t>(bound) * Next(31)) >> 31);
  }
  while (true) {
    const auto bits = static_cast<std::int64_t>(Next(31));
    const std::int64_t value = bits % bound;
    // In Java this sum overflows to below zero.
    if (bits - value + (bound - 1) <= INT32_MAX) return static_cast<std::int32_t>(value);
  }
}

std::int64_t SeedOfFirstPartition(std::int64_t seed) {
  constexpr std::uint64_t kMultiplier = 0x5deece66dULL;
  constexpr std::uint64_t kMask = (std::uint64_t{1} << 48) - 1;
  std::uint64_t state = (static_cast<std::uint64_t>(seed) ^ kMultiplier) & kMask;
  const auto next = [&state] {
    state = (state * kMultiplier + 0xb) & kMask;
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(
        static_cast<std::int32_t>(static_cast<std::uint32_t>(state >> 16))));
  };
  const std::uint64_t high = next() << 32;
  return static_cast<std::int64_t>(high + next());
}

std::string NextUuid(MersenneTwister* random) {
  const std::uint64_t high = (random->NextLong() & 0xffffffffffff0fffULL) | 0x4000ULL;
  const std::uint64_t low = (random->NextLong() | 0x8000000000000000ULL) & 0xbfffffffffffffffULL;
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffffULL);
}

std::string NextText(XorShiftRandom* random, std::int32_t length) {
  constexpr std::string_view kCharacters =
      "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  std::string text;
  for (std::int32_t i = 0; i < length; ++i) {
    text += kCharacters[static_cast<std::size_t>(std::abs(random->NextInt() % 62))];
  }
  return text;
}

std::vector<std::int32_t> NextOrder(MersenneTwister* random, std::int32_t length) {
  std::vector<std::int32_t> order(static_cast<std::size_t>(length));
  for (std::int32_t i = 0; i < length; ++i) {
    const std::int32_t j = random->NextInt(i + 1);
    if (j != i) order[static_cast<std::size_t>(i)] = order[static_cast<std::size_t>(j)];
    order[static_cast<std::size_t>(j)] = i;
  }
  return order;
}

}  // namespace millrace::processor::duckdb
