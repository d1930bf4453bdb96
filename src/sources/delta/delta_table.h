#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/table.h"

namespace millrace::sources::delta {

/// `spark.read.format("delta").load(path)`: one version of a table, the newest or the one that
/// `versionAsOf` or `timestampAsOf` names. Column mapping and deletion vectors are honoured.
class DeltaTableProvider : public connector::TableProvider {
 public:
  std::string_view format() const override { return "delta"; }
  base::Result<std::shared_ptr<connector::Table>> Open(
      connector::TableContext context) const override;
  base::Result<connector::TableFacts> Facts(const std::string& path) const override;
  base::Result<std::vector<connector::TableVersion>> History(
      const std::string& path, std::optional<int> limit) const override;
};

}  // namespace millrace::sources::delta
