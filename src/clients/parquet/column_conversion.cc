#include "clients/parquet/column_conversion.h"

#include <algorithm>
#include <cctype>

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/buffer_builder.h>
#include <arrow/compute/cast.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "data/arrow_schema.h"

namespace millrace::clients::parquet {

namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;
using ArrayPtr = std::shared_ptr<arrow::Array>;
using TypePtr = std::shared_ptr<arrow::DataType>;

Status Mismatch(const ParquetField& from, const DataType& to, const std::string& column,
                const std::string& file) {
  return Status::Corrupt(fmt::format("Encountered error while reading file {}. Data type "
                                     "mismatches when reading Parquet column [{}]. Expected Spark "
                                     "type {}, actual Parquet type {}.",
                                     file, column, to.catalogString(), from.physical_type))
      .WithSparkError({"SparkException",
                       "FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH",
                       "KD001",
                       {{"path", file},
                        {"column", fmt::format("[{}]", column)},
                        {"expectedType", to.catalogString()},
                        {"actualType", from.physical_type}}});
}

Status OtherShape(const ParquetField& from, const DataType& to, const std::string& column,
                  const std::string& file) {
  return Status::Corrupt(
             fmt::format("Encountered error while reading file {}. Column [{}] is {} there, and "
                         "cannot be read as {}",
                         file, column, from.type->ToString(), to.catalogString()))
      .WithSparkError(
          {"SparkException", "FAILED_READ_FILE.NO_HINT", "KD001", {{"path", file}}});
}

// The same buffers under another type of the same layout.
ArrayPtr View(const ArrayPtr& values, const TypePtr& type) {
  auto data = values->data()->Copy();
  data->type = type;
  return arrow::MakeArray(std::move(data));
}

ColumnConversion Cast(TypePtr target, bool checked) {
  return [target = std::move(target), checked](const ArrayPtr& values) -> Result<ArrayPtr> {
    auto cast = arrow::compute::Cast(*values, target,
                                     checked ? arrow::compute::CastOptions::Safe()
                                             : arrow::compute::CastOptions::Unsafe());
    if (!cast.ok()) return data::FromArrow(cast.status());
    return *cast;
  };
}

ColumnConversion AsView(TypePtr target) {
  return [target = std::move(target)](const ArrayPtr& values) -> Result<ArrayPtr> {
    return View(values, target);
  };
}

// First `first`, then `then`.
ColumnConversion Both(ColumnConversion first, ColumnConversion then) {
  return [first = std::move(first), then = std::move(then)](const ArrayPtr& values)
             -> Result<ArrayPtr> {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr between, first(values));
    return then(between);
  };
}

// What Parquet stores as INT32 without being a decimal or unsigned with 32 bits.
bool IsInt32(arrow::Type::type id) {
  switch (id) {
    case arrow::Type::INT8:
    case arrow::Type::INT16:
    case arrow::Type::INT32:
    case arrow::Type::UINT8:
    case arrow::Type::UINT16:
    case arrow::Type::DATE32:
      return true;
    default:
      return false;
  }
}

bool IsText(arrow::Type::type id) {
  switch (id) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
    case arrow::Type::STRING_VIEW:
    case arrow::Type::BINARY_VIEW:
    case arrow::Type::FIXED_SIZE_BINARY:
      return true;
    default:
      return false;
  }
}

std::optional<ColumnConversion> FromInt32(const arrow::DataType& from, const DataType& to,
                                          const TypePtr& target) {
  const bool is_date = from.id() == arrow::Type::DATE32;
  switch (to.kind()) {
    case Kind::kByte:
    case Kind::kShort:
    case Kind::kInteger:
    case Kind::kLong:
    case Kind::kDouble:
      // Spark cuts off what does not fit.
      return is_date ? Both(AsView(arrow::int32()), Cast(target, false)) : Cast(target, false);
    case Kind::kDate:
      return is_date ? AsView(target) : Both(Cast(arrow::int32(), false), AsView(target));
    case Kind::kTimestampNtz:
      if (!is_date) return std::nullopt;
      return Cast(target, true);
    case Kind::kDecimal: {
      const bool is_unsigned = from.id() == arrow::Type::UINT8 || from.id() == arrow::Type::UINT16;
      if (is_date || is_unsigned || to.precision() - to.scale() < 10) return std::nullopt;
      return Cast(target, true);
    }
    case Kind::kYearMonthInterval:
      return Cast(target, false);
    default:
      return std::nullopt;
  }
}

std::optional<ColumnConversion> FromTimestamp(const arrow::TimestampType& from, const DataType& to,
                                              const TypePtr& target) {
  if (from.unit() == arrow::TimeUnit::NANO || from.unit() == arrow::TimeUnit::SECOND) {
    return std::nullopt;
  }
  if (to.is(Kind::kLong)) return AsView(target);
  if (!to.is(Kind::kTimestamp) && !to.is(Kind::kTimestampNtz)) return std::nullopt;
  if (from.unit() == arrow::TimeUnit::MICRO) return AsView(target);
  const auto milliseconds = arrow::timestamp(arrow::TimeUnit::MILLI);
  return Both(AsView(milliseconds), Both(Cast(arrow::timestamp(arrow::TimeUnit::MICRO), true),
                                         AsView(target)));
}

std::optional<ColumnConversion> FromDecimal(const arrow::DecimalType& from, const DataType& to,
                                            const TypePtr& target) {
  if (!to.is(Kind::kDecimal)) return std::nullopt;
  const bool fits = to.scale() >= from.scale() &&
                    to.precision() - to.scale() >= from.precision() - from.scale();
  if (!fits) return std::nullopt;
  return Cast(target, true);
}

std::optional<ColumnConversion> FromText(const arrow::DataType& from, const DataType& to,
                                         const TypePtr& target) {
  const bool to_string = to.is(Kind::kString) || to.is(Kind::kChar) || to.is(Kind::kVarchar);
  if (!to_string && !to.is(Kind::kBinary)) return std::nullopt;
  if (from.id() == arrow::Type::FIXED_SIZE_BINARY) {
    if (to_string) return std::nullopt;
    return Cast(arrow::binary(), false);
  }
  if (from.id() == arrow::Type::STRING || from.id() == arrow::Type::BINARY) return AsView(target);
  return Both(Cast(arrow::binary(), false), AsView(target));
}

std::optional<ColumnConversion> FromLeaf(const ParquetField& field, const DataType& to,
                                         const TypePtr& target) {
  const arrow::DataType& from = *field.type;
  if (to.is(Kind::kNull) || from.id() == arrow::Type::NA) {
    return [target](const ArrayPtr& values) -> Result<ArrayPtr> {
      auto nulls = arrow::MakeArrayOfNull(target, values->length());
      if (!nulls.ok()) return data::FromArrow(nulls.status());
      return *nulls;
    };
  }
  if (from.id() == arrow::Type::DICTIONARY) {
    ParquetField plain = field;
    plain.type = static_cast<const arrow::DictionaryType&>(from).value_type();
    auto rest = FromLeaf(plain, to, target);
    if (!rest) return std::nullopt;
    return Both(Cast(plain.type, false), *std::move(rest));
  }
  if (IsInt32(from.id())) return FromInt32(from, to, target);
  if (IsText(from.id())) return FromText(from, to, target);
  switch (from.id()) {
    case arrow::Type::BOOL:
      return to.is(Kind::kBoolean) ? std::optional(AsView(target)) : std::nullopt;
    case arrow::Type::UINT32:
      if (to.is(Kind::kLong) || to.is(Kind::kDouble)) return Cast(target, false);
      return std::nullopt;
    case arrow::Type::INT64:
      if (to.is(Kind::kLong) || to.is(Kind::kDayTimeInterval)) return AsView(target);
      if (to.is(Kind::kDecimal) && to.precision() - to.scale() >= 20) return Cast(target, true);
      return std::nullopt;
    case arrow::Type::UINT64:
      if (to.is(Kind::kDecimal) && to.precision() == 20 && to.scale() == 0) {
        return Cast(target, true);
      }
      return std::nullopt;
    case arrow::Type::FLOAT:
      if (to.is(Kind::kFloat) || to.is(Kind::kDouble)) return Cast(target, false);
      return std::nullopt;
    case arrow::Type::DOUBLE:
      return to.is(Kind::kDouble) ? std::optional(AsView(target)) : std::nullopt;
    case arrow::Type::DURATION:
      return to.is(Kind::kDayTimeInterval) ? std::optional(Cast(target, true)) : std::nullopt;
    case arrow::Type::TIMESTAMP:
      return FromTimestamp(static_cast<const arrow::TimestampType&>(from), to, target);
    case arrow::Type::DECIMAL32:
    case arrow::Type::DECIMAL64:
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return FromDecimal(static_cast<const arrow::DecimalType&>(from), to, target);
    default:
      return std::nullopt;
  }
}

bool HasParts(const DataType& type) {
  return type.is(Kind::kStruct) || type.is(Kind::kArray) || type.is(Kind::kMap);
}

// A list or map of whatever kind Arrow made of it, with offsets of 32 bits and from its beginning.
Result<ArrayPtr> Plain(const ArrayPtr& values) {
  if (values->type_id() == arrow::Type::LARGE_LIST ||
      values->type_id() == arrow::Type::FIXED_SIZE_LIST) {
    const auto& list = static_cast<const arrow::BaseListType&>(*values->type());
    return Cast(arrow::list(list.value_field()), true)(values);
  }
  return values;
}

Result<ColumnConversion> FromStruct(const ParquetField& from, const DataType& to,
                                    const TypePtr& target, const std::string& column,
                                    const std::string& file) {
  std::vector<int> sources;
  std::vector<ColumnConversion> conversions;
  for (const StructField& field : to.fields()) {
    MILLRACE_ASSIGN_OR_RETURN(const int source, FindByName(from.children, field.name));
    sources.push_back(source);
    conversions.emplace_back();
    if (source < 0) continue;
    MILLRACE_ASSIGN_OR_RETURN(
        conversions.back(), MakeConversion(from.children[static_cast<std::size_t>(source)],
                                           field.dataType, column + ", " + field.name, file));
  }
  return ColumnConversion([=](const ArrayPtr& values) -> Result<ArrayPtr> {
    const auto& whole = static_cast<const arrow::StructArray&>(*values);
    std::vector<std::shared_ptr<arrow::ArrayData>> children;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const TypePtr& type = target->field(static_cast<int>(i))->type();
      if (sources[i] < 0) {
        auto nulls = arrow::MakeArrayOfNull(type, values->length());
        if (!nulls.ok()) return data::FromArrow(nulls.status());
        children.push_back((*nulls)->data());
        continue;
      }
      // field() is cut to the rows of the struct.
      MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr child, conversions[i](whole.field(sources[i])));
      children.push_back(child->data());
    }
    // The null bits of a slice, moved to the front.
    std::shared_ptr<arrow::Buffer> valid;
    if (values->null_count() > 0) {
      arrow::TypedBufferBuilder<bool> bits;
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(bits.Reserve(values->length())));
      for (std::int64_t i = 0; i < values->length(); ++i) bits.UnsafeAppend(values->IsValid(i));
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(bits.Finish().Value(&valid)));
    }
    return arrow::MakeArray(
        arrow::ArrayData::Make(target, values->length(), {valid}, std::move(children)));
  });
}

Result<ColumnConversion> FromList(const ParquetField& from, const DataType& to,
                                  const TypePtr& target, const std::string& column,
                                  const std::string& file) {
  MILLRACE_ASSIGN_OR_RETURN(const ColumnConversion element,
                            MakeConversion(from.children[0], to.elementType(),
                                           column + ", list, element", file));
  return ColumnConversion([=](const ArrayPtr& given) -> Result<ArrayPtr> {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr values, Plain(given));
    const auto& list = static_cast<const arrow::ListArray&>(*values);
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr elements, element(list.values()));
    auto data = values->data()->Copy();
    data->type = target;
    data->child_data = {elements->data()};
    return arrow::MakeArray(std::move(data));
  });
}

Result<ColumnConversion> FromMap(const ParquetField& from, const DataType& to,
                                 const TypePtr& target, const std::string& column,
                                 const std::string& file) {
  MILLRACE_ASSIGN_OR_RETURN(
      const ColumnConversion key,
      MakeConversion(from.children[0], to.keyType(), column + ", key_value, key", file));
  MILLRACE_ASSIGN_OR_RETURN(
      const ColumnConversion value,
      MakeConversion(from.children[1], to.valueType(), column + ", key_value, value", file));
  const TypePtr entries = static_cast<const arrow::MapType&>(*target).value_type();
  return ColumnConversion([=](const ArrayPtr& values) -> Result<ArrayPtr> {
    const auto& map = static_cast<const arrow::MapArray&>(*values);
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr keys, key(map.keys()));
    MILLRACE_ASSIGN_OR_RETURN(const ArrayPtr items, value(map.items()));
    auto data = values->data()->Copy();
    data->type = target;
    data->child_data = {
        arrow::ArrayData::Make(entries, keys->length(), {nullptr}, {keys->data(), items->data()})};
    return arrow::MakeArray(std::move(data));
  });
}

std::string Lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

}  // namespace

namespace {

std::shared_ptr<arrow::ArrayData> DataAsType(const arrow::ArrayData& data, const TypePtr& type) {
  auto renamed = data.Copy();
  renamed->type = type;
  for (std::size_t i = 0; i < renamed->child_data.size(); ++i) {
    renamed->child_data[i] =
        DataAsType(*renamed->child_data[i], type->field(static_cast<int>(i))->type());
  }
  return renamed;
}

}  // namespace

ArrayPtr AsType(const ArrayPtr& values, const TypePtr& type) {
  return arrow::MakeArray(DataAsType(*values->data(), type));
}

Result<int> FindByName(const std::vector<ParquetField>& fields, const std::string& name) {
  int found = -1;
  const std::string lower = Lower(name);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (Lower(fields[i].name) != lower) continue;
    if (found >= 0) {
      return Status::Corrupt(
          fmt::format("Found duplicate field(s) \"{}\": [{}, {}] in case-insensitive mode", name,
                      fields[static_cast<std::size_t>(found)].name, fields[i].name));
    }
    found = static_cast<int>(i);
  }
  return found;
}

Result<ColumnConversion> MakeConversion(const ParquetField& from, const DataType& to,
                                        const std::string& column, const std::string& file) {
  MILLRACE_ASSIGN_OR_RETURN(const TypePtr target, data::ToArrowType(to));
  if (from.children.empty() && !HasParts(to)) {
    auto conversion = FromLeaf(from, to, target);
    if (conversion) return *std::move(conversion);
    return Mismatch(from, to, column, file);
  }
  const arrow::Type::type id = from.type->id();
  if (to.is(Kind::kStruct) && id == arrow::Type::STRUCT) {
    return FromStruct(from, to, target, column, file);
  }
  const bool is_list = id == arrow::Type::LIST || id == arrow::Type::LARGE_LIST ||
                       id == arrow::Type::FIXED_SIZE_LIST;
  if (to.is(Kind::kArray) && is_list && from.children.size() == 1) {
    return FromList(from, to, target, column, file);
  }
  if (to.is(Kind::kMap) && id == arrow::Type::MAP && from.children.size() == 2) {
    return FromMap(from, to, target, column, file);
  }
  return OtherShape(from, to, column, file);
}

}  // namespace millrace::clients::parquet
