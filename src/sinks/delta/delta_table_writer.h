#pragma once

#include <memory>
#include <string_view>

#include "connector/table.h"

namespace millrace::sinks::delta {

/// `df.write.format("delta").save(path)`: one commit "WRITE". Appending gives way to others that
/// append; an overwrite removes in the same commit whatever the table has by then. With txnAppId and
/// txnVersion, a write that the table has recorded already is nothing to be done.
class DeltaTableWriterProvider : public connector::TableWriterProvider {
 public:
  std::string_view format() const override { return "delta"; }
  base::Result<std::unique_ptr<connector::SinkBatch>> Begin(connector::WriteContext context,
                                                            std::stop_token stop) const override;
};

}  // namespace millrace::sinks::delta
