#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <arrow/array.h>
#include <fmt/format.h>
#include <simdjson.h>

#include "data/java_text.h"
#include "data/scalar_text.h"
#include "processor/duckdb/datetime_pattern.h"
#include "processor/duckdb/evaluator.h"
#include "processor/duckdb/from_json_options.h"
#include "processor/duckdb/value_errors.h"

namespace millrace::processor::duckdb {
namespace {

using Kind = DataType::Kind;

struct WriteOptions {
  bool ignore_nulls = true;
  TimeZone zone;
  DatetimePattern timestamp;
  DatetimePattern timestamp_ntz;
  DatetimePattern date;
};
using WriteOptionsPtr = std::shared_ptr<const WriteOptions>;

std::string LowerAscii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

base::Status SetOption(const std::string& name, const std::string& value, WriteOptions* options) {
  std::string key = LowerAscii(name);
  auto pattern = [&](DatetimePattern* target) -> base::Status {
    base::Result<DatetimePattern> compiled = DatetimePattern::Compile(value, false);
    if (!compiled.ok()) {
      return DatetimePattern::SparkError(value, compiled.status())
          .WithContext(fmt::format("to_json: option {}", name));
    }
    *target = std::move(*compiled);
    return base::Status::Ok();
  };
  if (key == "timestampformat") return pattern(&options->timestamp);
  if (key == "timestampntzformat") return pattern(&options->timestamp_ntz);
  if (key == "dateformat") return pattern(&options->date);
  if (key == "timezone") {
    std::optional<TimeZone> zone = TimeZone::Parse(value);
    if (!zone) return InvalidTimeZone(value);
    options->zone = *zone;
    return base::Status::Ok();
  }
  std::string flag = LowerAscii(value);
  bool known = key == "ignorenullfields" || key == "pretty" || key == "sortkeys" ||
               key == "writenonasciicharacterascodepoint";
  if (!known) return base::Status::Ok();  // Spark ignores what it does not know.
  if (flag != "true" && flag != "false") {
    base::SparkError error;
    error.exception_class = "IllegalArgumentException";
    return base::Status::InvalidArgument(
               fmt::format("option {} of to_json: For input string: \"{}\"", name, value))
        .WithSparkError(error);
  }
  if (key == "ignorenullfields") {
    options->ignore_nulls = flag == "true";
  } else if (flag == "true") {
    return base::Status::Unsupported(fmt::format("to_json: option {}=true is not supported", name));
  }
  return base::Status::Ok();
}

base::Result<WriteOptionsPtr> ReadOptions(const FunctionContext& context) {
  auto options = std::make_shared<WriteOptions>();
  options->zone = context.zone;
  MILLRACE_ASSIGN_OR_RETURN(options->timestamp,
                            DatetimePattern::Compile("yyyy-MM-dd'T'HH:mm:ss.SSSXXXXX", false));
  MILLRACE_ASSIGN_OR_RETURN(options->timestamp_ntz,
                            DatetimePattern::Compile("yyyy-MM-dd'T'HH:mm:ss.SSS", false));
  MILLRACE_ASSIGN_OR_RETURN(options->date, DatetimePattern::Compile("yyyy-MM-dd", false));
  for (const auto& [name, value] : std::get<plan::Call>(context.expression.node).options) {
    MILLRACE_RETURN_IF_ERROR(SetOption(name, value, options.get()));
  }
  return WriteOptionsPtr(std::move(options));
}

void AppendQuoted(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kShort = "btn\0fr";
  out->push_back('"');
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      *out += '\\';
      *out += c;
    } else if (byte >= 0x20) {
      *out += c;
    } else if (byte >= 8 && byte <= 13 && byte != 11) {
      *out += '\\';
      *out += kShort[byte - 8];
    } else {
      *out += "\\u00";
      *out += kHex[byte >> 4];
      *out += kHex[byte & 15];
    }
  }
  out->push_back('"');
}

void AppendBase64(std::string_view bytes, std::string* out) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out->push_back('"');
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned value = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      value = value << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      *out += i + k <= bytes.size() ? kDigits[(value >> (18 - 6 * k)) & 63] : '=';
    }
  }
  out->push_back('"');
}

/// Writes row `row`, which is not null.
using Writer =
    std::function<base::Status(const arrow::Array& array, std::int64_t row, std::string* out)>;

base::Result<Writer> MakeWriter(const DataType& type, const WriteOptionsPtr& options);

Writer TextWriter() {
  return [](const arrow::Array& array, std::int64_t row, std::string* out) {
    std::string_view text = static_cast<const arrow::StringArray&>(array).GetView(row);
    if (simdjson::validate_utf8(text.data(), text.size())) {
      AppendQuoted(text, out);
    } else {
      AppendQuoted(data::EncodeLikeJava(data::DecodeLikeJava(text)), out);
    }
    return base::Status::Ok();
  };
}

Writer NumberWriter(const DataType& type) {
  return [type](const arrow::Array& array, std::int64_t row, std::string* out) {
    data::Value value = ValueAt(array, row);
    if (value.is_bool()) {
      *out += value.bool_value() ? "true" : "false";
    } else if (value.is_int()) {
      *out += std::to_string(value.int_value());
    } else if (value.is_decimal()) {
      *out += data::DecimalText(value.decimal_value(), type.scale());
    } else {
      std::string text = type.is(Kind::kFloat)
                             ? data::FloatText(static_cast<float>(value.double_value()))
                             : data::DoubleText(value.double_value());
      bool finite = std::isfinite(value.double_value());
      *out += finite ? text : '"' + text + '"';
    }
    return base::Status::Ok();
  };
}

Writer TimeWriter(const DataType& type, const WriteOptionsPtr& options) {
  return
      [kind = type.kind(), options](const arrow::Array& array, std::int64_t row, std::string* out) {
        constexpr std::int64_t kMicrosPerDay = 86'400'000'000;
        std::int64_t value = ValueAt(array, row).int_value();
        std::optional<std::string> text;
        if (kind == Kind::kDate) {
          text = options->date.Format(value * kMicrosPerDay, nullptr);
        } else if (kind == Kind::kTimestamp) {
          text = options->timestamp.Format(value, &options->zone);
        } else {
          text = options->timestamp_ntz.Format(value, nullptr);
        }
        if (!text) {
          return base::Status::InvalidArgument("to_json: a time does not fit the format option");
        }
        AppendQuoted(*text, out);
        return base::Status::Ok();
      };
}

base::Result<Writer> StructWriter(const DataType& type, const WriteOptionsPtr& options) {
  struct Field {
    std::string key;
    Writer write;
  };
  std::vector<Field> fields;
  for (const StructField& field : type.fields()) {
    MILLRACE_ASSIGN_OR_RETURN(Writer writer, MakeWriter(field.dataType, options));
    std::string key;
    AppendQuoted(field.name, &key);
    fields.push_back({key + ':', std::move(writer)});
  }
  bool ignore_nulls = options->ignore_nulls;
  return Writer([fields = std::move(fields), ignore_nulls](const arrow::Array& array,
                                                           std::int64_t row, std::string* out) {
    const auto& rows = static_cast<const arrow::StructArray&>(array);
    bool comma = false;
    out->push_back('{');
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const arrow::Array& child = *rows.field(static_cast<int>(i));
      bool null = child.IsNull(row);
      if (null && ignore_nulls) continue;
      if (comma) out->push_back(',');
      comma = true;
      *out += fields[i].key;
      if (null) {
        *out += "null";
      } else {
        MILLRACE_RETURN_IF_ERROR(fields[i].write(child, row, out));
      }
    }
    out->push_back('}');
    return base::Status::Ok();
  });
}

base::Result<Writer> ArrayWriter(const DataType& type, const WriteOptionsPtr& options) {
  MILLRACE_ASSIGN_OR_RETURN(Writer element, MakeWriter(type.elementType(), options));
  return Writer([element = std::move(element)](const arrow::Array& array, std::int64_t row,
                                               std::string* out) {
    const auto& list = static_cast<const arrow::ListArray&>(array);
    out->push_back('[');
    for (std::int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
      if (i > list.value_offset(row)) out->push_back(',');
      if (list.values()->IsNull(i)) {
        *out += "null";
      } else {
        MILLRACE_RETURN_IF_ERROR(element(*list.values(), i, out));
      }
    }
    out->push_back(']');
    return base::Status::Ok();
  });
}

base::Result<Writer> MapWriter(const DataType& type, const WriteOptionsPtr& options) {
  const DataType& key = type.keyType();
  bool text = key.is(Kind::kString);
  if (!text && !key.isNumeric() && !key.is(Kind::kBoolean)) {
    return base::Status::Unsupported(
        fmt::format("to_json: map keys of type {} are not supported", key.sql()));
  }
  MILLRACE_ASSIGN_OR_RETURN(Writer write_key, MakeWriter(key, options));
  MILLRACE_ASSIGN_OR_RETURN(Writer write_value, MakeWriter(type.valueType(), options));
  return Writer([text, write_key = std::move(write_key), write_value = std::move(write_value)](
                    const arrow::Array& array, std::int64_t row, std::string* out) {
    const auto& map = static_cast<const arrow::MapArray&>(array);
    out->push_back('{');
    for (std::int64_t i = map.value_offset(row); i < map.value_offset(row + 1); ++i) {
      if (i > map.value_offset(row)) out->push_back(',');
      std::string name;
      MILLRACE_RETURN_IF_ERROR(write_key(*map.keys(), i, &name));
      *out += text || name[0] == '"' ? name : '"' + name + '"';
      out->push_back(':');
      if (map.items()->IsNull(i)) {
        *out += "null";
      } else {
        MILLRACE_RETURN_IF_ERROR(write_value(*map.items(), i, out));
      }
    }
    out->push_back('}');
    return base::Status::Ok();
  });
}

base::Result<Writer> MakeWriter(const DataType& type, const WriteOptionsPtr& options) {
  switch (type.kind()) {
    case Kind::kNull:
      return Writer([](const arrow::Array&, std::int64_t, std::string* out) {
        *out += "null";
        return base::Status::Ok();
      });
    case Kind::kString:
      return TextWriter();
    case Kind::kBinary:
      return Writer([](const arrow::Array& array, std::int64_t row, std::string* out) {
        AppendBase64(static_cast<const arrow::BinaryArray&>(array).GetView(row), out);
        return base::Status::Ok();
      });
    case Kind::kDate:
    case Kind::kTimestamp:
    case Kind::kTimestampNtz:
      return TimeWriter(type, options);
    case Kind::kStruct:
      return StructWriter(type, options);
    case Kind::kArray:
      return ArrayWriter(type, options);
    case Kind::kMap:
      return MapWriter(type, options);
    default:
      if (type.isNumeric() || type.is(Kind::kBoolean)) return NumberWriter(type);
      return base::Status::Unsupported(
          fmt::format("to_json: values of type {} are not supported", type.sql()));
  }
}

}  // namespace

base::Result<Kernel> MakeToJson(const FunctionContext& context) {
  MILLRACE_ASSIGN_OR_RETURN(WriteOptionsPtr options, ReadOptions(context));
  MILLRACE_ASSIGN_OR_RETURN(Writer writer, MakeWriter(context.arg_type(0), options));
  return Kernel([writer = std::move(writer)](const std::vector<Operand>& args, std::int64_t rows,
                                             std::int64_t, ColumnBuilder* out) {
    std::string text;
    for (std::int64_t row = 0; row < rows; ++row) {
      std::int64_t i = args[0].at(row);
      if (args[0].array->IsNull(i)) {
        out->AppendNull();
        continue;
      }
      text.clear();
      MILLRACE_RETURN_IF_ERROR(writer(*args[0].array, i, &text));
      out->AppendBytes(text);
    }
    return base::Status::Ok();
  });
}

}  // namespace millrace::processor::duckdb
