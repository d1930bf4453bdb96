#include "connector/testing/sink_kit.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "base/check.h"
#include "data/arrow_schema.h"

namespace millrace::connector::testing {

using base::Status;

StructType KitSchema() { return StructType().add("id", LongType()).add("text", StringType()); }

std::shared_ptr<arrow::RecordBatch> KitRows(std::int64_t first, std::int64_t count) {
  arrow::Int64Builder ids;
  arrow::StringBuilder texts;
  for (std::int64_t id = first; id < first + count; ++id) {
    MILLRACE_CHECK(ids.Append(id).ok() && texts.Append(fmt::format("text {}", id)).ok());
  }
  return arrow::RecordBatch::Make(data::ToArrowSchema(KitSchema()).value(), count,
                                  {ids.Finish().ValueOrDie(), texts.Finish().ValueOrDie()});
}

std::vector<std::int64_t> KitIds(std::int64_t first, std::int64_t count) {
  std::vector<std::int64_t> ids;
  for (std::int64_t id = first; id < first + count; ++id) ids.push_back(id);
  return ids;
}

Status WriteParts(SinkBatch* batch, const std::vector<std::shared_ptr<arrow::RecordBatch>>& parts) {
  for (const auto& rows : parts) {
    MILLRACE_ASSIGN_OR_RETURN(const auto writer, batch->NewWriter());
    MILLRACE_RETURN_IF_ERROR(writer->Write(rows));
    MILLRACE_RETURN_IF_ERROR(writer->Finish());
  }
  return Status::Ok();
}

Status WriteBatch(Sink* sink, std::int64_t batch_id,
                  const std::vector<std::shared_ptr<arrow::RecordBatch>>& parts, bool* skipped) {
  MILLRACE_ASSIGN_OR_RETURN(const auto batch, sink->BeginBatch(batch_id, {}));
  if (skipped != nullptr) *skipped = batch == nullptr;
  if (batch == nullptr) return Status::Ok();
  MILLRACE_RETURN_IF_ERROR(WriteParts(batch.get(), parts));
  return batch->Commit({});
}

}  // namespace millrace::connector::testing
