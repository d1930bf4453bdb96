#pragma once

#include <memory>
#include <string_view>

#include "connector/table.h"
#include "sinks/file/write_options.h"

namespace millrace::sinks::file {

/// `df.write.format("parquet" | "text" | "json" | "csv").save(path)`. Files are written below
/// `_temporary`, which no reader looks into, and get their names in the commit; an overwrite removes
/// the former files after that, those of the partitions that it writes with
/// `partitionOverwriteMode=dynamic`. `_SUCCESS` comes last.
class FileTableWriterProvider : public connector::TableWriterProvider {
 public:
  explicit FileTableWriterProvider(Format format) : format_(format) {}
  std::string_view format() const override { return FormatName(format_); }
  base::Result<std::unique_ptr<connector::SinkBatch>> Begin(connector::WriteContext context,
                                                            std::stop_token stop) const override;

 private:
  const Format format_;
};

}  // namespace millrace::sinks::file
