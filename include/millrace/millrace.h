#pragma once

/// Spark Structured Streaming in C++: include this.

#include "millrace/batch.h"
#include "millrace/column.h"     // IWYU pragma: export
#include "millrace/dataframe.h"  // IWYU pragma: export
#include "millrace/errors.h"     // IWYU pragma: export
#include "millrace/functions.h"  // IWYU pragma: export
#include "millrace/progress.h"   // IWYU pragma: export
#include "millrace/session.h"    // IWYU pragma: export
#include "millrace/streaming.h"  // IWYU pragma: export
#include "millrace/types.h"      // IWYU pragma: export
