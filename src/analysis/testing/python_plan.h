#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "plan/plan.h"

namespace millrace::analysis {

/// Reads the PySpark texts of tests/spark/recorded (`df.select(upper("b"), col("a") + 1)`) as the
/// plans that PySpark would make of them. `frames` are the names that a text may start with. None
/// when the text holds something that is not read here: SQL, writers, aggregates, Python's own
/// mistakes.
std::optional<plan::RelationPtr> ReadPythonPlan(
    std::string_view text, const std::map<std::string, plan::RelationPtr>& frames);

}  // namespace millrace::analysis
