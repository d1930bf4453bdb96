#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "analysis/functions.h"
#include "base/result.h"
#include "plan/resolved.h"

namespace millrace::analysis {

/// An aggregate function with its arguments resolved.
struct AggregateInput {
  FunctionCall call;
  bool distinct = false;
  BoundExpressionPtr filter;
  std::optional<bool> ignore_nulls;
  std::vector<plan::SortKey> within_group;
  std::string within_group_text;  ///< " WITHIN GROUP (ORDER BY a DESC NULLS LAST)", or empty.

  /// "sum(DISTINCT a)", without filter and order.
  std::string Text(const std::vector<BoundExpressionPtr>& args) const;
};

using BindAggregate = base::Result<BoundExpressionPtr> (*)(const AggregateInput& input);

struct AggregateSpec {
  std::string_view name;
  int min;
  int max;
  BindAggregate bind;
};

/// The aggregate function of this lower-case name, or null.
const AggregateSpec* FindAggregate(std::string_view name);
/// Checks the number of arguments, then binds: gives an expression whose node is an AggregateCall
/// under the one name of several (avg for mean, ...), with filter and DISTINCT in its text.
base::Result<BoundExpressionPtr> Bind(const AggregateSpec& spec, const AggregateInput& input);

/// row_number, rank, lag, ...: functions that stand only before OVER. Null: no such function.
const FunctionSpec* FindWindowFunction(std::string_view name);

/// explode, inline, ...: gives a Call whose type is the struct of the columns that come out, with
/// options "outer" = "true" for the outer forms. Null: no such function.
const FunctionSpec* FindGenerator(std::string_view name);
/// The Call of a generator, or null.
const plan::Call* AsGenerator(const plan::BoundExpression& expression);

/// "a ASC NULLS FIRST".
std::string SortKeyText(const plan::SortKey& key);

}  // namespace millrace::analysis
