#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/aggregates.h"

namespace millrace::analysis {

/// Each file of aggregate functions gives its part of the registry.
std::vector<AggregateSpec> BasicAggregates();
std::vector<AggregateSpec> StatisticalAggregates();

/// An AggregateCall under its canonical name; clauses are those of `input` and show behind `text`.
base::Result<BoundExpressionPtr> MakeAggregate(const AggregateInput& input,
                                               std::string_view function,
                                               std::vector<BoundExpressionPtr> args,
                                               const DataType& type, bool nullable,
                                               std::string text,
                                               std::map<std::string, std::string> options = {});

}  // namespace millrace::analysis
