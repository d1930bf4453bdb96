#include "data/row_json.h"

#include <cmath>
#include <string_view>
#include <utility>

#include <absl/strings/escaping.h>

#include "data/json_text.h"
#include "data/scalar_text.h"

namespace millrace::data {
namespace {

using Kind = DataType::Kind;

enum class Form { kRow, kJackson };

class Writer {
 public:
  Writer(Form form, absl::TimeZone zone) : form_(form), zone_(zone) {}

  void Fields(const std::vector<Value>& values, const StructType& schema) {
    out_ += '{';
    for (std::size_t i = 0; i < values.size(); ++i) {
      Key(i, schema[i].name);
      Write(values[i], schema[i].dataType);
    }
    out_ += '}';
  }

  void List(const std::vector<Value>& values, const StructType& schema) {
    out_ += '[';
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out_ += ',';
      Write(values[i], schema[i].dataType);
    }
    out_ += ']';
  }

  std::string Take() { return std::move(out_); }

 private:
  void Key(std::size_t index, std::string_view name) {
    if (index > 0) out_ += ',';
    AppendJsonString(&out_, name);
    out_ += ':';
  }

  void Write(const Value& value, const DataType& type) {
    if (value.is_null()) {
      out_ += "null";
    } else if (type.is(Kind::kArray)) {
      WriteArray(value, type);
    } else if (type.is(Kind::kMap)) {
      WriteMap(value, type);
    } else if (type.is(Kind::kStruct)) {
      WriteStruct(value, type);
    } else {
      WriteScalar(value, type);
    }
  }

  void WriteArray(const Value& value, const DataType& type) {
    out_ += '[';
    bool first = true;
    for (const Value& element : value.list()) {
      if (!first) out_ += ',';
      first = false;
      Write(element, type.elementType());
    }
    out_ += ']';
  }

  void WriteMap(const Value& value, const DataType& type) {
    const bool is_object = type.keyType().is(Kind::kString) || form_ == Form::kJackson;
    out_ += is_object ? '{' : '[';
    bool first = true;
    for (const Value& entry : value.list()) {
      if (!first) out_ += ',';
      first = false;
      const Value& key = entry.list()[0];
      if (is_object) {
        AppendJsonString(&out_, key.is_bytes() ? key.bytes() : ToPrettySql(key, type.keyType()));
        out_ += ':';
        Write(entry.list()[1], type.valueType());
      } else {
        out_ += "{\"key\":";
        Write(key, type.keyType());
        out_ += ",\"value\":";
        Write(entry.list()[1], type.valueType());
        out_ += '}';
      }
    }
    out_ += is_object ? '}' : ']';
  }

  void WriteStruct(const Value& value, const DataType& type) {
    const StructType schema(type);
    if (form_ == Form::kRow) return Fields(value.list(), schema);
    out_ += "{\"values\":";
    List(value.list(), schema);
    out_ += ",\"schema\":" + schema.json() + "}";
  }

  void WriteScalar(const Value& value, const DataType& type) {
    switch (type.kind()) {
      case Kind::kBoolean:
        out_ += value.bool_value() ? "true" : "false";
        return;
      case Kind::kByte:
      case Kind::kShort:
      case Kind::kInteger:
      case Kind::kLong:
        out_ += std::to_string(value.int_value());
        return;
      case Kind::kFloat:
      case Kind::kDouble:
        return WriteDouble(value.double_value(), type);
      case Kind::kDecimal:
        out_ += DecimalPlainText(value.decimal_value(), type.scale());
        return;
      case Kind::kBinary:
        return AppendJsonString(&out_, absl::Base64Escape(value.bytes()));
      case Kind::kDate:
        if (form_ == Form::kRow) return AppendJsonString(&out_, DateText(value.int_value()));
        out_ += std::to_string(value.int_value() * 86'400'000);
        return;
      case Kind::kTimestamp:
        if (form_ == Form::kRow) {
          return AppendJsonString(&out_, TimestampText(value.int_value(), zone_));
        }
        out_ += std::to_string(value.int_value() / 1000 - (value.int_value() % 1000 < 0 ? 1 : 0));
        return;
      default:
        break;
    }
    if (value.is_bytes()) return AppendJsonString(&out_, value.bytes());
    AppendJsonString(&out_, ToPrettySql(value, type));
  }

  void WriteDouble(double number, const DataType& type) {
    const std::string text =
        type.is(Kind::kFloat) ? FloatText(static_cast<float>(number)) : DoubleText(number);
    if (std::isfinite(number)) {
      out_ += text;
    } else {
      AppendJsonString(&out_, text);
    }
  }

  const Form form_;
  const absl::TimeZone zone_;
  std::string out_;
};

}  // namespace

std::string RowJson(const std::vector<Value>& values, const StructType& schema,
                    absl::TimeZone zone) {
  Writer writer(Form::kRow, zone);
  writer.Fields(values, schema);
  return writer.Take();
}

std::string RowValuesJson(const std::vector<Value>& values, const StructType& schema) {
  Writer writer(Form::kJackson, absl::UTCTimeZone());
  writer.List(values, schema);
  return writer.Take();
}

}  // namespace millrace::data
