#pragma once

#include <string_view>
#include <vector>

#include "plan/resolved.h"
#include "processor/duckdb/evaluator.h"

namespace millrace::processor::duckdb {

/// A function that gives another value for each row, whatever its arguments are. Its kernel keeps a
/// state from one call to the next, so that it must see the rows in order.
bool IsRandomFunction(std::string_view name);
/// Holds the expression one of these?
bool IsRandom(const plan::BoundExpression& expression);

std::vector<KernelSpec> RandomKernels();
std::vector<KernelSpec> FrequentItemKernels();
std::vector<KernelSpec> NumberFormatKernels();

}  // namespace millrace::processor::duckdb
