#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "plan/resolved.h"
#include "processor/batch.h"
#include "processor/processor.h"

namespace millrace::session {

/// The lines of explain(): a tree of operators, the last one first, down to the sources, each with
/// what is read of it. Texts end in a line break.

/// The analyzed plan; its sources by name. `descriptions` are those of the query's open sources;
/// without them a stream is shown as its format and what it reads.
std::string LogicalPlanText(const plan::ResolvedQuery& query,
                            const std::vector<std::string>& descriptions = {});

/// What a stream's worker does with a batch of its source.
std::string StreamPlanText(const plan::ResolvedQuery& query, const processor::PreparedPlan& plan,
                           const std::vector<std::string>& descriptions = {});

/// What runs as one statement of DuckDB, and which expressions in it are our own kernels.
std::string BatchPlanText(const plan::ResolvedQuery& query,
                          const processor::BatchDescription& description, bool with_statement);

}  // namespace millrace::session
