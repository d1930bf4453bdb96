#pragma once

#include <memory>

#include "connector/source.h"

namespace millrace::sources::kafka {

/// `format("kafka")` for reading.
class KafkaSourceProvider : public connector::SourceProvider {
 public:
  std::string_view format() const override { return "kafka"; }
  base::Result<StructType> Schema(const connector::Options& options,
                                  const std::optional<StructType>& user_schema) const override;
  base::Result<std::unique_ptr<connector::Source>> Create(
      connector::SourceContext context) const override;
};

}  // namespace millrace::sources::kafka
