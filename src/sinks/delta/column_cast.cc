#include "sinks/delta/column_cast.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/builder.h>
#include <arrow/compute/cast.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include "clients/delta/errors.h"
#include "data/arrow_schema.h"
#include "data/scalar_text.h"
#include "sinks/delta/schema_merge.h"

namespace millrace::sinks::delta {

namespace {

using base::Result;
using base::Status;
using base::StatusCode;
using Array = std::shared_ptr<arrow::Array>;
using Kind = DataType::Kind;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::int64_t FloorDivide(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

Status Overflow(const DataType& from, const DataType& to, const std::string& column) {
  return clients::delta::DeltaError(
      StatusCode::kInvalidArgument, "SparkArithmeticException", "CAST_OVERFLOW_IN_TABLE_INSERT",
      "22003",
      fmt::format(
          "Fail to assign a value of \"{}\" type to the \"{}\" type column or variable `{}` "
          "due to an overflow. Use `try_cast` on the input value to tolerate overflow and "
          "return NULL instead.",
          from.sql(), to.sql(), column),
      {{"sourceType", fmt::format("\"{}\"", from.sql())},
       {"targetType", fmt::format("\"{}\"", to.sql())},
       {"columnName", fmt::format("`{}`", column)}});
}

// Appends `convert(i)` for each value that is not null.
template <typename Builder, typename Convert>
Result<Array> BuildEach(const arrow::Array& values, Builder&& builder, const Convert& convert) {
  arrow::Status status = builder.Reserve(values.length());
  for (std::int64_t i = 0; status.ok() && i < values.length(); ++i) {
    if (values.IsNull(i)) {
      status = builder.AppendNull();
    } else {
      status = builder.Append(convert(i));
    }
  }
  Array out;
  if (status.ok()) status = builder.Finish(&out);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(status));
  return out;
}

__int128 DecimalAt(const arrow::Decimal128Array& values, std::int64_t i) {
  __int128 value;
  std::memcpy(&value, values.GetValue(i), sizeof(value));
  return value;
}

std::int64_t IntegerAt(const arrow::Array& values, std::int64_t i) {
  switch (values.type_id()) {
    case arrow::Type::INT8:
      return static_cast<const arrow::Int8Array&>(values).Value(i);
    case arrow::Type::INT16:
      return static_cast<const arrow::Int16Array&>(values).Value(i);
    case arrow::Type::INT32:
      return static_cast<const arrow::Int32Array&>(values).Value(i);
    case arrow::Type::DATE32:
      return static_cast<const arrow::Date32Array&>(values).Value(i);
    case arrow::Type::TIMESTAMP:
      return static_cast<const arrow::TimestampArray&>(values).Value(i);
    default:
      return static_cast<const arrow::Int64Array&>(values).Value(i);
  }
}

std::string TextAt(const arrow::Array& values, const DataType& type, std::int64_t i,
                   absl::TimeZone zone) {
  switch (type.kind()) {
    case Kind::kBoolean:
      return static_cast<const arrow::BooleanArray&>(values).Value(i) ? "true" : "false";
    case Kind::kFloat:
      return data::FloatText(static_cast<const arrow::FloatArray&>(values).Value(i));
    case Kind::kDouble:
      return data::DoubleText(static_cast<const arrow::DoubleArray&>(values).Value(i));
    case Kind::kDecimal:
      return data::DecimalText(DecimalAt(static_cast<const arrow::Decimal128Array&>(values), i),
                               type.scale());
    case Kind::kDate:
      return data::DateText(IntegerAt(values, i));
    case Kind::kTimestamp:
      return data::TimestampText(IntegerAt(values, i), zone);
    case Kind::kTimestampNtz:
      return data::TimestampText(IntegerAt(values, i), absl::UTCTimeZone());
    case Kind::kBinary:
      return std::string(static_cast<const arrow::BinaryArray&>(values).GetView(i));
    default:
      return std::to_string(IntegerAt(values, i));
  }
}

// Microseconds since the epoch of a wall-clock time in `zone`; of a gap or overlap the moment that
// java.time takes, which is the one before the change.
std::int64_t InstantOf(std::int64_t wall_micros, absl::TimeZone zone) {
  const std::int64_t seconds = FloorDivide(wall_micros, kMicrosPerSecond);
  const absl::CivilSecond civil = absl::CivilSecond(1970, 1, 1) + seconds;
  const absl::TimeZone::TimeInfo info = zone.At(civil);
  return absl::ToUnixSeconds(info.pre) * kMicrosPerSecond +
         (wall_micros - seconds * kMicrosPerSecond);
}

std::int64_t WallTimeOf(std::int64_t instant_micros, absl::TimeZone zone) {
  const std::int64_t seconds = FloorDivide(instant_micros, kMicrosPerSecond);
  const absl::CivilSecond civil = zone.At(absl::FromUnixSeconds(seconds)).cs;
  return (civil - absl::CivilSecond(1970, 1, 1)) * kMicrosPerSecond +
         (instant_micros - seconds * kMicrosPerSecond);
}

// What a date or time means as wall-clock microseconds, and the way back.
std::int64_t ToWallTime(std::int64_t value, const DataType& type, absl::TimeZone zone) {
  if (type.is(Kind::kDate)) return value * kMicrosPerDay;
  return type.is(Kind::kTimestamp) ? WallTimeOf(value, zone) : value;
}

Result<Array> CastDatetime(const arrow::Array& values, const DataType& from, const DataType& to,
                           absl::TimeZone zone) {
  const auto wall = [&](std::int64_t i) { return ToWallTime(IntegerAt(values, i), from, zone); };
  if (to.is(Kind::kDate)) {
    return BuildEach(values, arrow::Date32Builder(), [&](std::int64_t i) {
      return static_cast<std::int32_t>(FloorDivide(wall(i), kMicrosPerDay));
    });
  }
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  return BuildEach(
      values, arrow::TimestampBuilder(type, arrow::default_memory_pool()),
      [&](std::int64_t i) { return to.is(Kind::kTimestamp) ? InstantOf(wall(i), zone) : wall(i); });
}

Result<Array> CastWithArrow(const arrow::Array& values, const DataType& to, bool checked) {
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  const auto options =
      checked ? arrow::compute::CastOptions::Safe(type) : arrow::compute::CastOptions::Unsafe(type);
  arrow::Result<Array> cast = arrow::compute::Cast(values, type, options);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(cast.status()));
  return *std::move(cast);
}

// Truncates towards zero as Spark does; what lies outside the target is an overflow.
template <typename Floating>
Result<Array> CastFloating(const Floating& values, const DataType& from, const DataType& to,
                           const std::string& column) {
  bool fits = true;
  const int bits = to.is(Kind::kByte)      ? 8
                   : to.is(Kind::kShort)   ? 16
                   : to.is(Kind::kInteger) ? 32
                                           : 64;
  const double bound = std::ldexp(1.0, bits - 1);
  MILLRACE_ASSIGN_OR_RETURN(const Array whole,
                            BuildEach(values, arrow::Int64Builder(), [&](std::int64_t i) {
                              const double value = std::trunc(static_cast<double>(values.Value(i)));
                              const bool fits_here = value >= -bound && value < bound;
                              fits = fits && fits_here;
                              return fits_here ? static_cast<std::int64_t>(value) : 0;
                            }));
  if (!fits) return Overflow(from, to, column);
  return CastWithArrow(*whole, to, true);
}

// Rounds half up, as Spark does.
Result<Array> CastDecimal(const arrow::Decimal128Array& values, const DataType& from,
                          const DataType& to, const std::string& column) {
  bool fits = true;
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  MILLRACE_ASSIGN_OR_RETURN(Array out,
                            BuildEach(values, arrow::Decimal128Builder(type), [&](std::int64_t i) {
                              arrow::Decimal128 value(values.GetValue(i));
                              if (to.scale() < from.scale()) {
                                value = value.ReduceScaleBy(from.scale() - to.scale(), true);
                              } else if (to.scale() > from.scale()) {
                                auto scaled = value.Rescale(from.scale(), to.scale());
                                fits = fits && scaled.ok();
                                value = scaled.ValueOr(arrow::Decimal128(0));
                              }
                              fits = fits && value.FitsInPrecision(to.precision());
                              return value;
                            }));
  if (!fits) return Overflow(from, to, column);
  return out;
}

Result<Array> CastNumber(const arrow::Array& values, const DataType& from, const DataType& to,
                         const std::string& column) {
  if (from.is(Kind::kDecimal) && to.is(Kind::kDecimal)) {
    return CastDecimal(static_cast<const arrow::Decimal128Array&>(values), from, to, column);
  }
  if (to.isIntegral() && from.is(Kind::kFloat)) {
    return CastFloating(static_cast<const arrow::FloatArray&>(values), from, to, column);
  }
  if (to.isIntegral() && from.is(Kind::kDouble)) {
    return CastFloating(static_cast<const arrow::DoubleArray&>(values), from, to, column);
  }
  if (to.isIntegral() && from.is(Kind::kDecimal)) {
    const DecimalType whole(38, 0);
    MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(whole));
    const auto& decimals = static_cast<const arrow::Decimal128Array&>(values);
    MILLRACE_ASSIGN_OR_RETURN(
        const Array truncated,
        BuildEach(values, arrow::Decimal128Builder(type), [&](std::int64_t i) {
          return arrow::Decimal128(decimals.GetValue(i)).ReduceScaleBy(from.scale(), false);
        }));
    Result<Array> cast = CastWithArrow(*truncated, to, true);
    return cast.ok() ? std::move(cast) : Overflow(from, to, column);
  }
  const bool to_floating = to.is(Kind::kFloat) || to.is(Kind::kDouble);
  if (from.isIntegral() && to.is(Kind::kDecimal)) {
    const DecimalType wide(38, to.scale());
    Result<Array> cast = CastWithArrow(values, wide, true);
    if (!cast.ok()) return Overflow(from, to, column);
    return CastDecimal(static_cast<const arrow::Decimal128Array&>(**cast), wide, to, column);
  }
  Result<Array> cast = CastWithArrow(values, to, !to_floating);
  if (!cast.ok()) return Overflow(from, to, column);
  return cast;
}

Result<ColumnCast> MakeStructCast(const DataType& from, const DataType& to,
                                  const std::string& column, absl::TimeZone zone) {
  struct Field {
    int source = -1;
    ColumnCast cast;
    std::shared_ptr<arrow::DataType> type;
  };
  std::vector<Field> fields;
  bool changes = from.fields().size() != to.fields().size();
  for (const StructField& target : to.fields()) {
    Field field;
    field.source = FindField(from.fields(), target.name);
    MILLRACE_ASSIGN_OR_RETURN(field.type, data::ToArrowType(target.dataType));
    if (field.source >= 0) {
      const auto& source = from.fields()[static_cast<std::size_t>(field.source)];
      MILLRACE_ASSIGN_OR_RETURN(field.cast, MakeColumnCast(source.dataType, target.dataType,
                                                           column + "." + target.name, zone));
    }
    changes = changes || field.cast || field.source != static_cast<int>(fields.size());
    fields.push_back(std::move(field));
  }
  if (!changes) return ColumnCast();
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  return ColumnCast([fields, type](const Array& values) -> Result<Array> {
    const auto& rows = static_cast<const arrow::StructArray&>(*values);
    arrow::ArrayVector children;
    for (const Field& field : fields) {
      if (field.source < 0) {
        auto nulls = arrow::MakeArrayOfNull(field.type, rows.length());
        MILLRACE_RETURN_IF_ERROR(data::FromArrow(nulls.status()));
        children.push_back(*std::move(nulls));
        continue;
      }
      Array child = rows.field(field.source);
      if (field.cast) {
        MILLRACE_ASSIGN_OR_RETURN(child, field.cast(child));
      }
      children.push_back(WithType(child, field.type));
    }
    std::shared_ptr<arrow::Buffer> validity;
    if (rows.null_count() > 0) {
      auto copied = arrow::internal::CopyBitmap(
          arrow::default_memory_pool(), rows.null_bitmap_data(), rows.offset(), rows.length());
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(copied.status()));
      validity = *std::move(copied);
    }
    return Array(std::make_shared<arrow::StructArray>(type, rows.length(), std::move(children),
                                                      std::move(validity)));
  });
}

// Casts what an array or map holds; its offsets and nulls stay.
Result<ColumnCast> MakeNestedCast(const DataType& from, const DataType& to,
                                  const std::string& column, absl::TimeZone zone) {
  const bool is_map = to.is(Kind::kMap);
  ColumnCast key;
  if (is_map) {
    MILLRACE_ASSIGN_OR_RETURN(key,
                              MakeColumnCast(from.keyType(), to.keyType(), column + ".key", zone));
  }
  MILLRACE_ASSIGN_OR_RETURN(
      ColumnCast value,
      is_map ? MakeColumnCast(from.valueType(), to.valueType(), column + ".value", zone)
             : MakeColumnCast(from.elementType(), to.elementType(), column + ".element", zone));
  if (!key && !value) return ColumnCast();
  MILLRACE_ASSIGN_OR_RETURN(const auto type, data::ToArrowType(to));
  return ColumnCast([key, value, is_map, type](const Array& values) -> Result<Array> {
    auto shell = values->data()->Copy();
    shell->type = type;
    const auto cast_child = [](const ColumnCast& cast, std::shared_ptr<arrow::ArrayData>* child,
                               const std::shared_ptr<arrow::DataType>& child_type) -> Status {
      Array array = arrow::MakeArray(*child);
      if (cast) {
        MILLRACE_ASSIGN_OR_RETURN(array, cast(array));
      }
      *child = WithType(array, child_type)->data();
      return Status::Ok();
    };
    if (is_map) {
      auto entries = shell->child_data[0]->Copy();
      entries->type = type->field(0)->type();
      // Keys and items are addressed through the entries' offset, which a cast would lose.
      const auto sliced = [&](std::size_t i) {
        return entries->child_data[i]->Slice(entries->offset, entries->length);
      };
      std::vector<std::shared_ptr<arrow::ArrayData>> children = {sliced(0), sliced(1)};
      MILLRACE_RETURN_IF_ERROR(cast_child(key, &children[0], entries->type->field(0)->type()));
      MILLRACE_RETURN_IF_ERROR(cast_child(value, &children[1], entries->type->field(1)->type()));
      entries->child_data = std::move(children);
      entries->offset = 0;
      entries->buffers[0] = nullptr;
      entries->null_count = 0;
      shell->child_data[0] = std::move(entries);
    } else {
      MILLRACE_RETURN_IF_ERROR(cast_child(value, &shell->child_data[0], type->field(0)->type()));
    }
    return arrow::MakeArray(std::move(shell));
  });
}

bool IsDatetime(const DataType& type) {
  return type.is(Kind::kDate) || type.is(Kind::kTimestamp) || type.is(Kind::kTimestampNtz);
}
bool IsText(const DataType& type) {
  return type.is(Kind::kString) || type.is(Kind::kChar) || type.is(Kind::kVarchar);
}

}  // namespace

Array WithType(const Array& values, const std::shared_ptr<arrow::DataType>& type) {
  if (values->type().get() == type.get()) return values;
  const std::function<std::shared_ptr<arrow::ArrayData>(const std::shared_ptr<arrow::ArrayData>&,
                                                        const std::shared_ptr<arrow::DataType>&)>
      retype = [&](const std::shared_ptr<arrow::ArrayData>& data,
                   const std::shared_ptr<arrow::DataType>& to) {
        auto copy = data->Copy();
        copy->type = to;
        for (std::size_t i = 0; i < copy->child_data.size(); ++i) {
          copy->child_data[i] = retype(copy->child_data[i], to->field(static_cast<int>(i))->type());
        }
        return copy;
      };
  return arrow::MakeArray(retype(values->data(), type));
}

Result<ColumnCast> MakeColumnCast(const DataType& from, const DataType& to,
                                  const std::string& column, absl::TimeZone zone) {
  if (from.is(Kind::kStruct) && to.is(Kind::kStruct)) {
    return MakeStructCast(from, to, column, zone);
  }
  if ((from.is(Kind::kArray) && to.is(Kind::kArray)) ||
      (from.is(Kind::kMap) && to.is(Kind::kMap))) {
    return MakeNestedCast(from, to, column, zone);
  }
  if (from == to || (IsText(from) && IsText(to))) return ColumnCast();
  if (from.isNumeric() && to.isNumeric()) {
    return ColumnCast([=](const Array& values) { return CastNumber(*values, from, to, column); });
  }
  if (IsDatetime(from) && IsDatetime(to)) {
    return ColumnCast([=](const Array& values) { return CastDatetime(*values, from, to, zone); });
  }
  if (IsText(to) && CanCastImplicitly(from, to)) {
    return ColumnCast([=](const Array& values) {
      return BuildEach(*values, arrow::StringBuilder(),
                       [&](std::int64_t i) { return TextAt(*values, from, i, zone); });
    });
  }
  return base::Status::Unsupported(fmt::format(
      "delta sink: column `{}` is {} in the query and {} in the table; Spark casts this while "
      "writing, Millrace does not: write cast({} as {}) in the query",
      column, from.sql(), to.sql(), column, to.sql()));
}

}  // namespace millrace::sinks::delta
