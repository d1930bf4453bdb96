#include "stream_rows.h"

#include <algorithm>

#include <arrow/api.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "data/arrow_schema.h"
#include "data/row_text.h"

namespace millrace::streams {
namespace {

using Json = nlohmann::json;

arrow::Status AppendValue(arrow::ArrayBuilder* builder, const Json& value) {
  if (value.is_null()) return builder->AppendNull();
  switch (builder->type()->id()) {
    case arrow::Type::STRING:
      return static_cast<arrow::StringBuilder*>(builder)->Append(value.get<std::string>());
    case arrow::Type::BINARY:
      return static_cast<arrow::BinaryBuilder*>(builder)->Append(value.get<std::string>());
    case arrow::Type::BOOL:
      return static_cast<arrow::BooleanBuilder*>(builder)->Append(value.get<bool>());
    case arrow::Type::INT32:
      return static_cast<arrow::Int32Builder*>(builder)->Append(value.get<std::int32_t>());
    case arrow::Type::INT64:
      return static_cast<arrow::Int64Builder*>(builder)->Append(value.get<std::int64_t>());
    case arrow::Type::DOUBLE:
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(value.get<double>());
    case arrow::Type::TIMESTAMP:
      return static_cast<arrow::TimestampBuilder*>(builder)->Append(value.get<std::int64_t>());
    default:
      return arrow::Status::NotImplemented("a source column of type ", *builder->type());
  }
}

}  // namespace

std::shared_ptr<arrow::RecordBatch> ToBatch(const StructType& schema,
                                            const std::vector<std::string>& rows) {
  const auto arrow_schema = data::ToArrowSchema(schema);
  EXPECT_TRUE(arrow_schema.ok()) << arrow_schema.status().ToString();
  auto builder = arrow::RecordBatchBuilder::Make(*arrow_schema, arrow::default_memory_pool(),
                                                 static_cast<std::int64_t>(rows.size()))
                     .ValueOrDie();
  for (const std::string& row : rows) {
    const Json values = Json::parse(row, nullptr, false);
    EXPECT_TRUE(values.is_array() && values.size() == schema.size()) << "row: " << row;
    for (std::size_t i = 0; i < schema.size(); ++i) {
      const arrow::Status appended =
          AppendValue(builder->GetField(static_cast<int>(i)), values.at(i));
      EXPECT_TRUE(appended.ok()) << appended.ToString() << " in row: " << row;
    }
  }
  return builder->Flush().ValueOrDie();
}

std::vector<std::string> ToLines(const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches) {
  std::vector<std::string> lines;
  for (const auto& batch : batches) {
    for (std::int64_t row = 0; row < batch->num_rows(); ++row) {
      std::string line;
      for (int column = 0; column < batch->num_columns(); ++column) {
        const auto cell = data::CellText(*batch->column(column), row, "UTC");
        EXPECT_TRUE(cell.ok()) << cell.status().ToString();
        line += (column == 0 ? "" : " | ") + (cell.ok() ? *cell : std::string("?"));
      }
      lines.push_back(std::move(line));
    }
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace millrace::streams
