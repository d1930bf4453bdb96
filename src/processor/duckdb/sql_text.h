#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::processor::duckdb {

/// SQL texts of operators whose parts are given as texts. What Spark does not evaluate is not
/// evaluated: DuckDB evaluates CASE and COALESCE in order, but both sides of AND and OR, in any
/// order.

/// `a` decides before `b` is looked at.
std::string OrderedText(const std::string& a, const std::string& b, bool is_and);
/// The value, then the list.
std::string InText(const std::vector<std::string>& args, bool can_fail);
/// The results are of `type`.
std::string CoalesceText(std::string_view type, const std::vector<std::string>& args);
/// Condition, value, ..., [else].
std::string CaseText(std::string_view type, const std::vector<std::string>& args);
std::string JoinTexts(const std::vector<std::string>& texts, std::string_view separator);

bool IsComparison(std::string_view function);
std::string ComparisonText(std::string_view function, const std::vector<std::string>& args);

}  // namespace millrace::processor::duckdb
