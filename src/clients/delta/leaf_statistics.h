#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <arrow/type_fwd.h>

#include "millrace/types.h"

namespace millrace::clients::delta {

/// Null count and bounds of one leaf column of one data file.
class LeafStatistics {
 public:
  /// Types without an order for Delta (boolean, binary, array, map) only count nulls.
  static std::unique_ptr<LeafStatistics> Make(const DataType& type, int string_prefix_units);
  virtual ~LeafStatistics() = default;

  /// Precondition: `values` has the Arrow type of the column (data::ToArrowType).
  void Update(const arrow::Array& values);
  std::int64_t nulls() const { return nulls_; }
  /// Is the type one of those that Delta keeps bounds of?
  virtual bool is_ordered() const { return true; }
  /// The bound as JSON, or nullopt when there is none that holds.
  virtual std::optional<std::string> MinimumJson() const { return std::nullopt; }
  virtual std::optional<std::string> MaximumJson() const { return std::nullopt; }

 protected:
  /// Called for arrays with at least one value.
  virtual void Observe(const arrow::Array& values) { (void)values; }

 private:
  std::int64_t nulls_ = 0;
};

}  // namespace millrace::clients::delta
