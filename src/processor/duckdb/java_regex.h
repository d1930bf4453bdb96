#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::processor::duckdb {

/// A pattern of java.util.regex as PCRE2 reads it: flags, classes with && and inner classes, line
/// ends, \p names and escapes have Java's meaning. What Java refuses is InvalidArgument; what only
/// Java knows (names of characters, look-behind of several lengths, ...) is Unsupported.
base::Result<std::string> TranslateJavaRegex(std::string_view pattern);

/// A compiled pattern. One thread.
class JavaRegex {
 public:
  /// As TranslateJavaRegex.
  static base::Result<std::unique_ptr<JavaRegex>> Compile(std::string_view pattern);
  virtual ~JavaRegex() = default;

  /// A part of the subject, in bytes; `begin` is npos for a group that took no part.
  struct Range {
    std::size_t begin = std::string::npos;
    std::size_t end = std::string::npos;
    bool matched() const { return begin != std::string::npos; }
  };

  /// The next match in `subject` (valid UTF-8) from byte `start` on: the whole, then the groups.
  /// InvalidArgument when the search takes too many steps.
  virtual base::Result<bool> Find(std::string_view subject, std::size_t start,
                                  std::vector<Range>* groups) = 0;
  /// \G is in it: no search goes on behind an empty match.
  virtual bool is_tied() const = 0;
  virtual int group_count() const = 0;
  virtual const std::map<std::string, int, std::less<>>& group_names() const = 0;
};

/// Where the search goes on after `match`: behind it, and never twice at one place.
std::size_t NextStart(std::string_view subject, const JavaRegex::Range& match);

}  // namespace millrace::processor::duckdb
