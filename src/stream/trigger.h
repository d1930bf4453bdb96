#pragma once

#include <chrono>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace millrace::stream {

/// When a query looks for new data (section 5 of the contract).
struct Trigger {
  enum class Kind {
    kProcessingTime,  ///< Every `interval`; zero: as soon as the batch before is done.
    kOnce,            ///< One batch with everything, limits ignored; then the query ends.
    kAvailableNow,    ///< All that is there at start, in batches under the limits; then it ends.
  };
  Kind kind = Kind::kProcessingTime;
  std::chrono::milliseconds interval{0};
};

/// "30 seconds", "1 minute", "interval 1 hour 30 minutes", "500 milliseconds", "1.5 seconds".
/// IllegalArgumentException with Spark's texts for other text, months, years and negatives.
base::Result<std::chrono::milliseconds> ParseTriggerInterval(std::string_view text);

/// The next multiple of `interval` after `now`, counted from the epoch, as Spark's
/// ProcessingTimeExecutor does. Precondition: interval > 0.
base::WallTime NextTriggerTime(base::WallTime now, std::chrono::milliseconds interval);

}  // namespace millrace::stream
