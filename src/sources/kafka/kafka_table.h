#pragma once

#include <string_view>

#include "connector/table.h"

namespace millrace::sources::kafka {

/// `spark.read.format("kafka")`: what stands between startingOffsets (earliest) and endingOffsets
/// (latest) when its partitions are first asked for (1.8 of the contract).
class KafkaTableProvider : public connector::TableProvider {
 public:
  std::string_view format() const override { return "kafka"; }
  /// Asks no broker. IllegalArgumentException with Spark's texts for starting offsets that are
  /// latest and ending offsets that are earliest; for partitions that do not match and a start
  /// behind its end PlanPartitions gives it.
  base::Result<std::shared_ptr<connector::Table>> Open(
      connector::TableContext context) const override;
};

}  // namespace millrace::sources::kafka
