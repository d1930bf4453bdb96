#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace millrace::processor::duckdb {

/// Spark's XORShiftRandom with what it inherits of java.util.Random: the same numbers for the same
/// seed. Signed arithmetic as Java's, in unsigned words.
class XorShiftRandom {
 public:
  explicit XorShiftRandom(std::int64_t seed);

  std::int32_t NextInt() { return Next(32); }
  double NextDouble();
  double NextGaussian();

 private:
  std::int32_t Next(int bits);

  std::uint64_t state_;
  bool has_gaussian_ = false;
  double gaussian_ = 0;
};

/// commons-math's MersenneTwister, from which Spark takes uuid() and shuffle().
class MersenneTwister {
 public:
  explicit MersenneTwister(std::int64_t seed);

  std::uint64_t NextLong();
  /// From 0 to below `bound`. Precondition: bound > 0.
  std::int32_t NextInt(std::int32_t bound);

 private:
  std::uint32_t Next(int bits);
  void Refill();

  static constexpr std::size_t kWords = 624;
  std::array<std::uint32_t, kWords> words_;
  std::size_t next_ = kWords;
};

/// java.util.Random(seed).nextLong(): what sample() seeds its draws with.
std::int64_t SeedOfFirstPartition(std::int64_t seed);

/// A random UUID's text, version 4.
std::string NextUuid(MersenneTwister* random);
/// Letters and digits.
std::string NextText(XorShiftRandom* random, std::int32_t length);
/// 0 ... length - 1 in another order.
std::vector<std::int32_t> NextOrder(MersenneTwister* random, std::int32_t length);

}  // namespace millrace::processor::duckdb
