#include "sources/file/line_source.h"

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "clients/files/errors.h"

namespace millrace::sources::file {

using base::Result;
using base::Status;

namespace {

// False when `take` has had enough.
Result<bool> TakeFile(const LineSource& lines, const std::string& path,
                      const clients::files::TextFormat& format, std::stop_token stop,
                      const std::function<bool(std::string_view)>& take) {
  const StructField value{"value", StringType(), true, "{}"};
  MILLRACE_ASSIGN_OR_RETURN(
      auto reader, clients::files::OpenTextFile(lines.plan->file_system, path, format, &value));
  while (true) {
    if (stop.stop_requested()) return Status::Cancelled("the query is being stopped");
    MILLRACE_ASSIGN_OR_RETURN(const auto rows, reader->Next());
    if (rows == nullptr) return true;
    const auto& values = static_cast<const arrow::StringArray&>(*rows->column(0));
    for (std::int64_t row = 0; row < values.length(); ++row) {
      if (!take(values.GetView(row))) return false;
    }
  }
}

}  // namespace

Status ForEachLine(const LineSource& lines, bool skip_header, std::stop_token stop,
                   const std::function<bool(std::string_view line)>& take) {
  clients::files::TextFormat format = lines.plan->text;
  format.skip_header = skip_header;
  for (const clients::files::DataFile& file : *lines.files) {
    if (file.size_bytes == 0) continue;
    const Result<bool> more = TakeFile(lines, file.path, format, stop, take);
    if (!more.ok()) return clients::files::FailedToRead(file.path, more.status());
    if (!*more) break;
  }
  return Status::Ok();
}

}  // namespace millrace::sources::file
