#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "processor/duckdb/json_tokenizer.h"

namespace millrace::processor::duckdb {

/// A path of get_json_object, in the dialect that Spark has from Hive: `$`, `.name`, `['name']`,
/// `[3]`, `[*]`, `.*`.
class JsonPath {
 public:
  /// None for what is no path; the function then is null.
  static std::optional<JsonPath> Parse(std::string_view text);

  /// What the path finds in the document that the tokenizer has been reset to: a string without its
  /// quotes, anything else as JSON. None when there is nothing, or the document is malformed.
  std::optional<std::string> Find(JsonTokenizer* tokenizer) const;

 private:
  friend class JsonPathParser;
  friend class JsonPathWalk;
  enum class Kind : std::uint8_t { kKey, kSubscript, kWildcard, kIndex, kNamed };
  struct Step {
    Kind kind;
    std::int64_t index = 0;
    std::u16string name = {};
  };
  std::vector<Step> steps_;
};

}  // namespace millrace::processor::duckdb
