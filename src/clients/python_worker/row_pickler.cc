#include "clients/python_worker/row_pickler.h"

#include <algorithm>
#include <cstring>
#include <map>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include "data/datetime_text.h"
#include "data/java_text.h"
#include "data/scalar_text.h"

namespace millrace::clients::python_worker {
namespace {

using base::Result;
using base::Status;
using Kind = DataType::Kind;

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;

std::int64_t FloorDiv(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// Writes one pickle, of protocol 3. Every class and every list of field names is written once and
/// then fetched from the memo.
class Pickler {
 public:
  explicit Pickler(const data::TimeZone& zone) : zone_(zone) { out_ = "\x80\x03"; }

  std::string Finish() && {
    out_ += '.';
    return std::move(out_);
  }
  void BeginList() { out_ += "]("; }
  void EndList() { out_ += 'e'; }

  Status Value(const arrow::Array& array, std::int64_t row, const DataType& type);

  /// A Row: `value(i)` writes the i-th field.
  template <typename WriteField>
  Status Row(const std::vector<StructField>& fields, WriteField write_field) {
    Global("pyspark.sql.types", "_create_row");
    FieldNames(fields);
    out_ += '(';
    for (std::size_t i = 0; i < fields.size(); ++i) MILLRACE_RETURN_IF_ERROR(write_field(i));
    out_ += 't';            // The values as a tuple.
    out_ += "\x86R";        // Called with names and values.
    return Status::Ok();
  }

 private:
  template <typename ArrayType>
  static Result<const ArrayType*> As(const arrow::Array& array, const DataType& type) {
    const auto* typed = dynamic_cast<const ArrayType*>(&array);
    if (typed != nullptr) return typed;
    return Status::Internal("an Arrow column of type " + array.type()->ToString() +
                            " stands where one of " + type.sql() + " belongs");
  }

  Status Scalar(const arrow::Array& array, std::int64_t row, const DataType& type);
  Status List(const arrow::Array& array, std::int64_t row, const DataType& type);
  Status Map(const arrow::Array& array, std::int64_t row, const DataType& type);
  Status Struct(const arrow::Array& array, std::int64_t row, const DataType& type);

  /// Fetches what was written under `key` before; false when it has to be written now. Memoize()
  /// keeps it.
  bool Fetch(const std::string& key) {
    const auto known = memo_.find(key);
    if (known == memo_.end()) return false;
    out_ += 'j';
    Little(known->second, 4);
    return true;
  }
  void Memoize(const std::string& key) {
    const auto index = static_cast<std::uint32_t>(memo_.size());
    memo_.emplace(key, index);
    out_ += 'r';
    Little(index, 4);
  }
  void Global(const std::string& module, const std::string& name) {
    const std::string key = module + "\n" + name + "\n";
    if (Fetch(key)) return;
    out_ += 'c' + key;
    Memoize(key);
  }
  void FieldNames(const std::vector<StructField>& fields) {
    const std::string key = fmt::format("{}", static_cast<const void*>(&fields));
    if (Fetch(key)) return;
    BeginList();
    for (const StructField& field : fields) Text(field.name);
    EndList();
    Memoize(key);
  }

  void Little(std::uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) out_ += static_cast<char>(value >> (8 * i) & 0xFF);
  }
  void Int(std::int64_t value) {
    if (value == static_cast<std::int32_t>(value)) {
      out_ += 'J';
      Little(static_cast<std::uint32_t>(value), 4);
    } else {
      out_ += "\x8a\x08";  // LONG1 of 8 bytes.
      Little(static_cast<std::uint64_t>(value), 8);
    }
  }
  void Float(double value) {
    out_ += 'G';
    std::uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(bits));
    for (int shift = 56; shift >= 0; shift -= 8) out_ += static_cast<char>(bits >> shift & 0xFF);
  }
  void Text(std::string_view text) {
    const bool ascii = std::all_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    const std::string valid =
        ascii ? std::string(text) : data::EncodeLikeJava(data::DecodeLikeJava(text));
    out_ += 'X';
    Little(valid.size(), 4);
    out_ += valid;
  }
  void Bytes(std::string_view bytes) {
    out_ += 'B';
    Little(bytes.size(), 4);
    out_ += bytes;
  }
  /// Calls what stands below with the one value above it.
  void CallWithOne() { out_ += "\x85R"; }

  static std::string DateState(const data::CivilDate& date) {
    return {static_cast<char>(date.year >> 8), static_cast<char>(date.year & 0xFF),
            static_cast<char>(date.month), static_cast<char>(date.day)};
  }
  Status Date(std::int64_t days);
  Status DateTime(std::int64_t local_micros);

  const data::TimeZone& zone_;
  std::string out_;
  std::map<std::string, std::uint32_t> memo_;
};

Status YearError(std::int64_t year) {
  return Status::InvalidArgument(fmt::format("year {} is out of range", year));
}

Status Pickler::Date(std::int64_t days) {
  const data::CivilDate date = data::CivilFromDays(days);
  if (date.year < 1 || date.year > 9999) return YearError(date.year);
  Global("datetime", "date");
  Bytes(DateState(date));
  CallWithOne();
  return Status::Ok();
}

Status Pickler::DateTime(std::int64_t local_micros) {
  const std::int64_t seconds = FloorDiv(local_micros, kMicrosPerSecond);
  const std::int64_t micros = local_micros - seconds * kMicrosPerSecond;
  const std::int64_t days = FloorDiv(seconds, kSecondsPerDay);
  const std::int64_t second = seconds - days * kSecondsPerDay;
  const data::CivilDate date = data::CivilFromDays(days);
  if (date.year < 1 || date.year > 9999) return YearError(date.year);
  std::string state = DateState(date);
  for (const std::int64_t part : {second / 3600, second / 60 % 60, second % 60, micros >> 16,
                                  micros >> 8 & 0xFF, micros & 0xFF}) {
    state += static_cast<char>(part);
  }
  Global("datetime", "datetime");
  Bytes(state);
  CallWithOne();
  return Status::Ok();
}

Status Pickler::Value(const arrow::Array& array, std::int64_t row, const DataType& type) {
  if (type.is(Kind::kNull) || array.IsNull(row)) {
    out_ += 'N';
    return Status::Ok();
  }
  if (type.is(Kind::kArray)) return List(array, row, type);
  if (type.is(Kind::kMap)) return Map(array, row, type);
  if (type.is(Kind::kStruct)) return Struct(array, row, type);
  return Scalar(array, row, type);
}

Status Pickler::Scalar(const arrow::Array& array, std::int64_t row, const DataType& type) {
  const auto with = [&]<typename ArrayType>(const ArrayType*, auto write) -> Status {
    MILLRACE_ASSIGN_OR_RETURN(const ArrayType* typed, As<ArrayType>(array, type));
    write(typed->GetView(row));
    return Status::Ok();
  };
  const auto integer = [&](std::int64_t value) { Int(value); };
  switch (type.kind()) {
    case Kind::kBoolean:
      return with((const arrow::BooleanArray*)nullptr,
                  [&](bool value) { out_ += value ? '\x88' : '\x89'; });
    case Kind::kByte:
      return with((const arrow::Int8Array*)nullptr, integer);
    case Kind::kShort:
      return with((const arrow::Int16Array*)nullptr, integer);
    case Kind::kInteger:
      return with((const arrow::Int32Array*)nullptr, integer);
    case Kind::kLong:
      return with((const arrow::Int64Array*)nullptr, integer);
    case Kind::kFloat:
      return with((const arrow::FloatArray*)nullptr, [&](float value) { Float(value); });
    case Kind::kDouble:
      return with((const arrow::DoubleArray*)nullptr, [&](double value) { Float(value); });
    case Kind::kString:
    case Kind::kChar:
    case Kind::kVarchar:
      return with((const arrow::StringArray*)nullptr, [&](std::string_view value) { Text(value); });
    case Kind::kBinary:
      return with((const arrow::BinaryArray*)nullptr, [&](std::string_view value) {
        Global("builtins", "bytearray");
        Bytes(value);
        CallWithOne();
      });
    case Kind::kDecimal:
      return with((const arrow::Decimal128Array*)nullptr, [&](std::string_view value) {
        const arrow::Decimal128 decimal(reinterpret_cast<const std::uint8_t*>(value.data()));
        Global("decimal", "Decimal");
        Text(decimal.ToString(type.scale()));
        CallWithOne();
      });
    case Kind::kDayTimeInterval:
      return with((const arrow::DurationArray*)nullptr, [&](std::int64_t micros) {
        const std::int64_t seconds = FloorDiv(micros, kMicrosPerSecond);
        const std::int64_t days = FloorDiv(seconds, kSecondsPerDay);
        Global("datetime", "timedelta");
        Int(days);
        Int(seconds - days * kSecondsPerDay);
        Int(micros - seconds * kMicrosPerSecond);
        out_ += "\x87R";
      });
    case Kind::kDate: {
      MILLRACE_ASSIGN_OR_RETURN(const auto* dates, As<arrow::Date32Array>(array, type));
      return Date(dates->Value(row));
    }
    default: {
      MILLRACE_ASSIGN_OR_RETURN(const auto* times, As<arrow::TimestampArray>(array, type));
      std::int64_t micros = times->Value(row);
      if (type.is(Kind::kTimestamp)) {
        micros += zone_.OffsetAt(FloorDiv(micros, kMicrosPerSecond)) * kMicrosPerSecond;
      }
      return DateTime(micros);
    }
  }
}

Status Pickler::List(const arrow::Array& array, std::int64_t row, const DataType& type) {
  MILLRACE_ASSIGN_OR_RETURN(const auto* list, As<arrow::ListArray>(array, type));
  BeginList();
  for (std::int64_t i = list->value_offset(row); i < list->value_offset(row + 1); ++i) {
    MILLRACE_RETURN_IF_ERROR(Value(*list->values(), i, type.elementType()));
  }
  EndList();
  return Status::Ok();
}

Status Pickler::Map(const arrow::Array& array, std::int64_t row, const DataType& type) {
  MILLRACE_ASSIGN_OR_RETURN(const auto* map, As<arrow::MapArray>(array, type));
  out_ += "}(";
  for (std::int64_t i = map->value_offset(row); i < map->value_offset(row + 1); ++i) {
    MILLRACE_RETURN_IF_ERROR(Value(*map->keys(), i, type.keyType()));
    MILLRACE_RETURN_IF_ERROR(Value(*map->items(), i, type.valueType()));
  }
  out_ += 'u';
  return Status::Ok();
}

Status Pickler::Struct(const arrow::Array& array, std::int64_t row, const DataType& type) {
  MILLRACE_ASSIGN_OR_RETURN(const auto* values, As<arrow::StructArray>(array, type));
  const std::vector<StructField>& fields = type.fields();
  return Row(fields, [&](std::size_t i) {
    return Value(*values->field(static_cast<int>(i)), row, fields[i].dataType);
  });
}

Status CheckType(const DataType& type, const std::string& column) {
  switch (type.kind()) {
    case Kind::kArray:
      return CheckType(type.elementType(), column);
    case Kind::kMap:
      MILLRACE_RETURN_IF_ERROR(CheckType(type.keyType(), column));
      return CheckType(type.valueType(), column);
    case Kind::kStruct:
      for (const StructField& field : type.fields()) {
        MILLRACE_RETURN_IF_ERROR(CheckType(field.dataType, column));
      }
      return Status::Ok();
    case Kind::kYearMonthInterval:
    case Kind::kCalendarInterval:
    case Kind::kTime:
    case Kind::kVariant:
      return Status::Unsupported(
          fmt::format("A Python function cannot get the column {} of type {}: cast it to STRING.",
                      column, type.sql()));
    default:
      return Status::Ok();
  }
}

}  // namespace

Status CheckPicklable(const StructType& schema) {
  for (const StructField& field : schema.fields()) {
    MILLRACE_RETURN_IF_ERROR(CheckType(field.dataType, field.name));
  }
  return Status::Ok();
}

Result<std::string> PickleRows(const StructType& schema, const arrow::RecordBatch& rows,
                               std::int64_t begin, std::int64_t end, const data::TimeZone& zone) {
  Pickler pickler(zone);
  const std::vector<StructField>& fields = schema.fields();
  pickler.BeginList();
  for (std::int64_t row = begin; row < end; ++row) {
    MILLRACE_RETURN_IF_ERROR(pickler.Row(fields, [&](std::size_t i) {
      return pickler.Value(*rows.column(static_cast<int>(i)), row, fields[i].dataType);
    }));
  }
  pickler.EndList();
  return std::move(pickler).Finish();
}

}  // namespace millrace::clients::python_worker
