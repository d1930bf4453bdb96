#pragma once

#include <memory>
#include <string_view>

#include "connector/table.h"
#include "sources/file/file_options.h"

namespace millrace::sources::file {

/// `spark.read.format("parquet" | "text" | "json" | "csv").load(paths)`: the files that are there
/// when it is opened. Rows of json and csv come as lines, in the column `value` (see
/// connector::Table::line_schema).
class FileTableProvider : public connector::TableProvider {
 public:
  explicit FileTableProvider(Format format) : format_(format) {}
  std::string_view format() const override { return FormatName(format_); }
  base::Result<std::shared_ptr<connector::Table>> Open(
      connector::TableContext context) const override;

 private:
  const Format format_;
};

}  // namespace millrace::sources::file
