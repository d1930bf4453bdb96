#pragma once

#include <string_view>

#include "plan/plan.h"

namespace millrace::streams {

/// One step of a query, in parentheses with the operator first, applied to `input`:
///
///   (select E ...)  (withColumn NAME E)  (withColumnRenamed OLD NEW)  (filter E)  (drop NAME ...)
///   (alias NAME)
///
/// E is a column name (`a`, `data.*`), a constant ("text", 1, 2L, 1.5, true, null), or
/// (function E ...), with (cast E TYPE), (try_cast E TYPE), (as E NAME) and (get E NAME) among
/// them. TYPE and NAME are words, or "in quotes". Fails the running test on a text that is not such
/// a step.
plan::RelationPtr ApplyStep(plan::RelationPtr input, std::string_view text);

}  // namespace millrace::streams
