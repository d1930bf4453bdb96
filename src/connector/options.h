#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/status.h"

namespace millrace::connector {

/// A connector's options as the user gave them. Names are case-insensitive, the user's spelling is
/// kept for messages. Each getter marks its option as honoured; CheckAllHonoured() refuses the rest
/// by name, so that no option is silently ignored.
class Options {
 public:
  Options() = default;
  explicit Options(std::map<std::string, std::string> values);

  /// The later value of the same name (whatever its case) wins.
  void Set(std::string_view name, std::string_view value);
  bool Has(std::string_view name) const;
  std::optional<std::string> GetString(std::string_view name) const;
  /// InvalidArgument names the option, the value and what is expected.
  base::Result<std::optional<std::int64_t>> GetLong(std::string_view name) const;
  base::Result<std::optional<bool>> GetBool(std::string_view name) const;
  /// All options whose name starts with `prefix` (any case), names as the user wrote them with the
  /// prefix removed; marks them as honoured.
  std::map<std::string, std::string> WithPrefix(std::string_view prefix) const;
  /// Marks an option that only makes sense on a JVM: accepted, one warning in the log.
  void AcceptJvmOnly(std::string_view name) const;
  /// Marks without reading; for options that another part of the engine reads.
  void MarkHonoured(std::string_view name) const;

  /// InvalidArgument naming every option that nobody read, and the nearest known name:
  /// `kafka source: unknown option "startingOffset"; did you mean "startingOffsets"?`
  base::Status CheckAllHonoured(std::string_view connector,
                                const std::vector<std::string>& known_names) const;

  /// Spelling as given -> value, in name order.
  std::map<std::string, std::string> All() const;

 private:
  struct Entry {
    std::string name;  // As the user spelled it.
    std::string value;
  };
  std::map<std::string, Entry> entries_;    // By lower-case name.
  mutable std::set<std::string> honoured_;  // Lower-case names.
};

}  // namespace millrace::connector
