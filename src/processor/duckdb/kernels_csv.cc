// from_csv and to_csv.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "data/scalar_text.h"
#include "processor/duckdb/csv_options.h"
#include "processor/duckdb/csv_writer.h"
#include "processor/duckdb/datetime_pattern.h"
#include "processor/duckdb/from_csv.h"
#include "processor/duckdb/list_values.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using base::Status;
using Kind = DataType::Kind;

const std::map<std::string, std::string>& OptionsOf(const FunctionContext& context) {
  return std::get<plan::Call>(context.expression.node).options;
}

base::Result<Kernel> FromCsv(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(
      auto options, FromCsvOptions::Parse(OptionsOf(context), context.type(), context.zone));
  auto parser = std::make_shared<CsvRecordParser>(context.type(), std::move(options));
  return EachFullRow([parser](const RowView& row, ColumnBuilder* out) {
    return parser->Append(row.bytes(0), row.timestamp_us(), out);
  });
}

/// One field of a struct as a CSV value.
class FieldText {
 public:
  static base::Result<FieldText> Make(const DataType& type, const ToCsvOptions& options) {
    FieldText field;
    field.type_ = type;
    field.zone_ = type.is(Kind::kTimestamp) ? options.zone : TimeZone();
    if (type.is(Kind::kArray) || type.is(Kind::kMap) || type.is(Kind::kStruct) ||
        type.is(Kind::kDayTimeInterval) || type.is(Kind::kYearMonthInterval)) {
      return Status::Unsupported(
          fmt::format("to_csv: fields of type {} are not supported", type.sql()));
    }
    const std::string* pattern = nullptr;
    if (type.is(Kind::kDate) && !options.date_format.empty()) pattern = &options.date_format;
    if (type.is(Kind::kTimestamp)) pattern = &options.timestamp_format;
    if (type.is(Kind::kTimestampNtz)) pattern = &options.timestamp_ntz_format;
    if (pattern != nullptr) {
      auto compiled = DatetimePattern::Compile(*pattern, false);
      if (!compiled.ok()) return DatetimePattern::SparkError(*pattern, compiled.status());
      field.pattern_ = std::make_shared<DatetimePattern>(std::move(*compiled));
    }
    return field;
  }

  base::Result<std::string> operator()(const arrow::Array& array, std::int64_t row) const {
    if (pattern_ != nullptr) {
      constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
      const std::int64_t value = IntegerAt(array, row);
      const auto text = type_.is(Kind::kDate) ? pattern_->Format(value * kMicrosPerDay, &zone_)
                                              : pattern_->Format(value, ZoneOrNull());
      if (text) return *text;
      return Status::InvalidArgument("to_csv: a value does not fit the pattern of its time");
    }
    const data::Value value = ValueAt(array, row);
    if (type_.is(Kind::kDate)) return data::DateText(value.int_value());
    if (type_.is(Kind::kBinary)) return data::BinaryText(value.bytes());
    if (value.is_bytes()) return value.bytes();
    if (value.is_bool()) return std::string(value.bool_value() ? "true" : "false");
    if (value.is_int()) return std::to_string(value.int_value());
    if (value.is_decimal()) return data::DecimalText(value.decimal_value(), type_.scale());
    if (type_.is(Kind::kFloat)) return data::FloatText(static_cast<float>(value.double_value()));
    return data::DoubleText(value.double_value());
  }

 private:
  const TimeZone* ZoneOrNull() const { return type_.is(Kind::kTimestamp) ? &zone_ : nullptr; }

  DataType type_;
  TimeZone zone_;
  std::shared_ptr<const DatetimePattern> pattern_;
};

base::Result<Kernel> ToCsv(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(auto parsed, ToCsvOptions::Parse(OptionsOf(context), context.zone));
  auto options = std::make_shared<const ToCsvOptions>(std::move(parsed));
  auto fields = std::make_shared<std::vector<FieldText>>();
  for (const StructField& field : context.arg_type(0).fields()) {
    MILLRACE_ASSIGN_OR_RETURN(auto text, FieldText::Make(field.dataType, *options));
    fields->push_back(std::move(text));
  }
  return EachFullRow([options, fields](const RowView& row, ColumnBuilder* out) -> Status {
    const auto& record = static_cast<const arrow::StructArray&>(row.array(0));
    CsvWriter writer(*options);
    for (std::size_t i = 0; i < fields->size(); ++i) {
      const auto column = record.field(static_cast<int>(i));
      if (column->IsNull(row.at(0))) {
        writer.Append(std::nullopt);
        continue;
      }
      MILLRACE_ASSIGN_OR_RETURN(const std::string text, (*fields)[i](*column, row.at(0)));
      writer.Append(text);
    }
    const std::string text = writer.Finish();
    text.empty() ? out->AppendNull() : out->AppendBytes(text);
    return Status::Ok();
  });
}

}  // namespace

std::vector<KernelSpec> CsvKernels() {
  return {
      {"from_csv", true, FromCsv},
      {"to_csv", true, ToCsv},
  };
}

}  // namespace millrace::processor::duckdb
