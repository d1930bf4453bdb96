#pragma once

#include <cstdint>
#include <mutex>
#include <random>

namespace millrace::base {

/// Where randomness comes from; a seed gives the same run again. Thread-safe.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::uint64_t Next() {
    std::lock_guard lock(mutex_);
    return engine_();
  }
  /// Uniform in [0, bound). Precondition: bound > 0.
  std::uint64_t Below(std::uint64_t bound) { return Next() % bound; }

  /// Seeded by the machine; lives for ever.
  static Random* System();

 private:
  std::mutex mutex_;
  std::mt19937_64 engine_;
};

}  // namespace millrace::base
