#pragma once

#include "base/status.h"
#include "plan/plan.h"

namespace millrace::analysis {

/// What Spark knows and Millrace does not have, by the words that a user wrote (`mapInPandas`,
/// `udf`), with what to do instead: UNSUPPORTED_FEATURE.
base::Status NotHere(const plan::Relation& relation);
base::Status NotHere(const plan::Expression& expression);

}  // namespace millrace::analysis
