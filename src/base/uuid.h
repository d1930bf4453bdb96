#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace millrace::base {

/// A random (version 4) UUID: query ids, run ids, table ids, file names.
class Uuid {
 public:
  Uuid() = default;  ///< All zero.
  static Uuid Random(base::Random* random);
  /// Accepts what java.util.UUID.fromString accepts in the 8-4-4-4-12 form. InvalidArgument else.
  static Result<Uuid> Parse(std::string_view text);
  /// Lower case, with hyphens.
  std::string ToString() const;
  auto operator<=>(const Uuid&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

}  // namespace millrace::base
