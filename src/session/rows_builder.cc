#include "session/rows_builder.h"

#include <arrow/api.h>

#include "base/check.h"
#include "data/arrow_schema.h"

namespace millrace::session {
namespace {

using Cell = RowsBuilder::Cell;

void Check(const arrow::Status& status) { MILLRACE_CHECK(status.ok()); }

void AppendTexts(arrow::ArrayBuilder& builder, const std::vector<std::string>& texts) {
  auto& list = static_cast<arrow::ListBuilder&>(builder);
  Check(list.Append());
  for (const std::string& text : texts) {
    Check(static_cast<arrow::StringBuilder&>(*list.value_builder()).Append(text));
  }
}

void AppendMap(arrow::ArrayBuilder& builder,
               const std::map<std::string, std::optional<std::string>>& entries) {
  auto& map = static_cast<arrow::MapBuilder&>(builder);
  Check(map.Append());
  for (const auto& [key, value] : entries) {
    Check(static_cast<arrow::StringBuilder&>(*map.key_builder()).Append(key));
    auto& values = static_cast<arrow::StringBuilder&>(*map.item_builder());
    Check(value ? values.Append(*value) : values.AppendNull());
  }
}

void AppendNumber(arrow::ArrayBuilder& builder, std::int64_t number) {
  switch (builder.type()->id()) {
    case arrow::Type::INT32:
      return Check(static_cast<arrow::Int32Builder&>(builder).Append(
          static_cast<std::int32_t>(number)));
    case arrow::Type::TIMESTAMP:
      return Check(static_cast<arrow::TimestampBuilder&>(builder).Append(number));
    default:
      return Check(static_cast<arrow::Int64Builder&>(builder).Append(number));
  }
}

void AppendCell(arrow::ArrayBuilder& builder, const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) {
    Check(static_cast<arrow::StringBuilder&>(builder).Append(*text));
  } else if (const auto* flag = std::get_if<bool>(&cell)) {
    Check(static_cast<arrow::BooleanBuilder&>(builder).Append(*flag));
  } else if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    AppendNumber(builder, *number);
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&cell)) {
    AppendTexts(builder, *texts);
  } else if (const auto* entries = std::get_if<std::map<std::string, std::optional<std::string>>>(&cell)) {
    AppendMap(builder, *entries);
  } else {
    Check(builder.AppendNull());
  }
}

}  // namespace

std::shared_ptr<connector::Table> RowsBuilder::Finish() const {
  auto schema = data::ToArrowSchema(schema_);
  MILLRACE_CHECK(schema.ok());
  arrow::ArrayVector columns;
  for (int i = 0; i < (*schema)->num_fields(); ++i) {
    std::unique_ptr<arrow::ArrayBuilder> builder;
    Check(arrow::MakeBuilder(arrow::default_memory_pool(), (*schema)->field(i)->type(), &builder));
    for (const auto& row : rows_) AppendCell(*builder, row[static_cast<std::size_t>(i)]);
    std::shared_ptr<arrow::Array> column;
    Check(builder->Finish(&column));
    columns.push_back(std::move(column));
  }
  auto batch = arrow::RecordBatch::Make(*schema, static_cast<std::int64_t>(rows_.size()),
                                        std::move(columns));
  return connector::MakeTable(schema_, {std::move(batch)}, "LocalTableScan");
}

std::shared_ptr<connector::Table> NoRows() {
  return connector::MakeTable(StructType(), {}, "LocalTableScan");
}

}  // namespace millrace::session
