// str_to_map.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "data/java_text.h"
#include "processor/duckdb/collection_errors.h"
#include "processor/duckdb/java_regex.h"
#include "processor/duckdb/row_kernel.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;
using Parts = std::vector<std::string_view>;

/// Regular expressions of one argument, compiled once each.
class Separators {
 public:
  base::Result<JavaRegex*> Get(std::string_view pattern) {
    constexpr std::size_t kMost = 100;
    auto known = compiled_.find(pattern);
    if (known == compiled_.end()) {
      MILLRACE_ASSIGN_OR_RETURN(auto regex, JavaRegex::Compile(pattern));
      if (compiled_.size() >= kMost) compiled_.clear();
      known = compiled_.emplace(std::string(pattern), std::move(regex)).first;
    }
    return known->second.get();
  }

 private:
  std::map<std::string, std::unique_ptr<JavaRegex>, std::less<>> compiled_;
};

// String.split: at most `most` parts, or any number when it is 0; empty ones at the end stay.
Status Split(std::string_view text, JavaRegex* separator, std::size_t most, Parts* parts) {
  parts->clear();
  std::vector<JavaRegex::Range> groups;
  std::size_t from = 0;
  for (std::size_t start = 0; start <= text.size() && (most == 0 || parts->size() + 1 < most);) {
    MILLRACE_ASSIGN_OR_RETURN(const bool found, separator->Find(text, start, &groups));
    if (!found) break;
    const JavaRegex::Range match = groups[0];
    start = NextStart(text, match);
    const bool empty = match.begin == match.end;
    if (empty && (match.begin == 0 || match.begin == text.size())) continue;
    parts->push_back(text.substr(from, match.begin - from));
    from = match.end;
  }
  parts->push_back(text.substr(from));
  return Status::Ok();
}

base::Result<Kernel> StrToMap(const FunctionContext&) {
  auto separators = std::make_shared<Separators>();
  return EachFullRow([separators](const RowView& row, ColumnBuilder* out) -> Status {
    Parts pairs;
    // Bytes that are not UTF-8 are what Java makes of them.
    std::string repaired;
    std::string_view text = row.bytes(0);
    if (!simdjson::validate_utf8(text.data(), text.size())) {
      repaired = data::EncodeLikeJava(data::DecodeLikeJava(text));
      text = repaired;
    }
    MILLRACE_ASSIGN_OR_RETURN(JavaRegex* between_pairs, separators->Get(row.bytes(1)));
    MILLRACE_RETURN_IF_ERROR(Split(text, between_pairs, 0, &pairs));
    MILLRACE_ASSIGN_OR_RETURN(JavaRegex* within_pair, separators->Get(row.bytes(2)));
    std::map<std::string_view, bool> keys;
    Parts parts;
    for (const std::string_view pair : pairs) {
      MILLRACE_RETURN_IF_ERROR(Split(pair, within_pair, 2, &parts));
      if (!keys.emplace(parts[0], true).second) return DuplicatedMapKey(parts[0]);
      out->child(0).AppendBytes(parts[0]);
      parts.size() > 1 ? out->child(1).AppendBytes(parts[1]) : out->child(1).AppendNull();
    }
    out->AppendNested();
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> StrToMapKernels() { return {{"str_to_map", true, StrToMap}}; }

}  // namespace millrace::processor::duckdb
