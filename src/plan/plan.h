#pragma once

// The unresolved plan: what a user wrote, before analysis.

#include "plan/expression.h"  // IWYU pragma: export
#include "plan/relation.h"    // IWYU pragma: export
