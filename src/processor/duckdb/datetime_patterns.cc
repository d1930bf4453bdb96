#include "processor/duckdb/datetime_patterns.h"

#include <utility>

#include <fmt/format.h>

namespace millrace::processor::duckdb {

base::Result<const DatetimePattern*> DatetimePatterns::Get(std::string_view text) {
  constexpr std::size_t kMost = 1000;
  auto known = patterns_.find(text);
  if (known != patterns_.end()) return &known->second;
  base::Result<DatetimePattern> compiled = DatetimePattern::Compile(text, for_parsing_);
  if (!compiled.ok()) return DatetimePattern::SparkError(text, compiled.status());
  if (!for_parsing_ && compiled->has_zone_names() && !DatetimePattern::CanName(zone_)) {
    return base::Status::Unsupported(
        fmt::format("date_format: letter 'z' is not supported in the time zone {}", zone_.id()));
  }
  if (patterns_.size() >= kMost) patterns_.clear();
  return &patterns_.emplace(std::string(text), std::move(*compiled)).first->second;
}

base::Status DatetimePatterns::CheckConstant(const plan::BoundExpression& pattern) {
  const auto* constant = std::get_if<plan::Constant>(&pattern.node);
  if (constant == nullptr || constant->value.is_null()) return base::Status::Ok();
  return Get(constant->value.bytes()).status();
}

}  // namespace millrace::processor::duckdb
