// schema_of_json of a constant: the type that Spark infers for it (JsonInferSchema).

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/type_rules.h"
#include "data/datetime_text.h"
#include "data/time_zone.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

struct InferenceOptions {
  bool primitives_as_string = false;
  bool prefers_decimal = false;
  bool infer_timestamp = false;
  bool drop_if_all_null = false;
};

constexpr int kMaxPrecision = 38;

// The type of a number as it is written; `whole` says that it has neither point nor exponent.
DataType NumberType(const std::string& text, bool whole, const InferenceOptions& options) {
  std::string digits;
  int scale = 0;
  bool behind_point = false;
  for (const char c : text) {
    if (c == 'e' || c == 'E') return DoubleType();
    if (c == '.') behind_point = true;
    if (c < '0' || c > '9') continue;
    if (c != '0' || !digits.empty()) digits += c;
    if (behind_point) ++scale;
  }
  const int precision = std::max({static_cast<int>(digits.size()), scale, 1});
  if (whole) return precision <= kMaxPrecision ? DataType(DecimalType(precision, 0)) : DoubleType();
  const bool fits = options.prefers_decimal && precision <= kMaxPrecision;
  return fits ? DataType(DecimalType(precision, scale)) : DataType(DoubleType());
}

DataType Merge(const DataType& a, const DataType& b);

DataType MergeStructs(const DataType& a, const DataType& b) {
  std::map<std::string, DataType> fields;
  for (const DataType& type : {a, b}) {
    for (const StructField& field : type.fields()) {
      const auto [place, fresh] = fields.emplace(field.name, field.dataType);
      if (!fresh) place->second = Merge(place->second, field.dataType);
    }
  }
  StructType merged;
  for (const auto& [name, type] : fields) merged = merged.add(name, type);
  return merged;
}

// What both fit into; at last a text.
DataType Merge(const DataType& a, const DataType& b) {
  if (a.is(Kind::kNull)) return b;
  if (b.is(Kind::kNull)) return a;
  if (a.is(Kind::kStruct) && b.is(Kind::kStruct)) return MergeStructs(a, b);
  if (a.is(Kind::kArray) && b.is(Kind::kArray)) {
    return ArrayType(Merge(a.elementType(), b.elementType()));
  }
  if (SameType(a, b)) return a;
  const auto is_number = [](const DataType& type) {
    return type.is(Kind::kLong) || type.is(Kind::kDouble) || type.is(Kind::kDecimal);
  };
  if (!is_number(a) || !is_number(b)) return StringType();
  if (a.is(Kind::kDouble) || b.is(Kind::kDouble)) return DoubleType();
  const auto decimal = [](const DataType& type) {
    return type.is(Kind::kLong) ? DecimalForIntegral(type) : type;
  };
  const DataType x = decimal(a);
  const DataType y = decimal(b);
  const int scale = std::max(x.scale(), y.scale());
  const int whole = std::max(x.precision() - x.scale(), y.precision() - y.scale());
  if (whole + scale > kMaxPrecision) return DoubleType();
  return DecimalType(whole + scale, scale);
}

/// Infers while nlohmann's parser reads.
class Inference : public nlohmann::json_sax<nlohmann::json> {
 public:
  Inference(const InferenceOptions& options, const std::string& zone)
      : options_(options), zone_(data::TimeZone::Parse(zone).value_or(data::TimeZone())) {}

  const DataType& type() const { return root_; }

  bool null() override { return Value(NullType()); }
  bool boolean(bool) override { return Value(Primitive(BooleanType())); }
  bool number_integer(number_integer_t) override { return Value(Primitive(LongType())); }
  bool number_unsigned(number_unsigned_t value) override {
    const bool fits = value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return Value(Primitive(fits ? DataType(LongType())
                                : NumberType(std::to_string(value), true, options_)));
  }
  bool number_float(number_float_t, const string_t& text) override {
    const bool whole = text.find_first_of(".eE") == string_t::npos;
    return Value(Primitive(NumberType(text, whole, options_)));
  }
  bool string(string_t& text) override {
    const bool time = options_.infer_timestamp && !options_.primitives_as_string &&
                      data::ParseTimestamp(text, zone_, 0).has_value() && text.size() > 10;
    return Value(time ? DataType(TimestampType()) : DataType(StringType()));
  }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(true); }
  bool end_object() override { return Close(); }
  bool start_array(std::size_t) override { return Open(false); }
  bool end_array() override { return Close(); }
  bool key(string_t& name) override {
    open_.back().key = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  struct Container {
    bool is_object;
    std::string key;
    std::map<std::string, DataType> fields;
    DataType element = NullType();
  };
  static constexpr std::size_t kDeepest = 500;

  DataType Primitive(const DataType& type) const {
    return options_.primitives_as_string ? DataType(StringType()) : type;
  }

  bool Open(bool is_object) {
    if (open_.size() >= kDeepest) return false;
    open_.push_back({is_object, {}, {}, NullType()});
    return true;
  }

  bool Close() {
    const Container closed = std::move(open_.back());
    open_.pop_back();
    if (!closed.is_object) return Value(ArrayType(closed.element));
    StructType type;
    for (const auto& [name, field] : closed.fields) type = type.add(name, field);
    return Value(type);
  }

  bool Value(const DataType& type) {
    if (open_.empty()) {
      root_ = type;
    } else if (open_.back().is_object) {
      open_.back().fields.insert_or_assign(open_.back().key, type);
    } else {
      open_.back().element = Merge(open_.back().element, type);
    }
    return true;
  }

  InferenceOptions options_;
  data::TimeZone zone_;
  std::vector<Container> open_;
  DataType root_;
};

// What is known as null only becomes a text, or is dropped; a struct without fields is no type in
// an array or a struct. None: dropped.
std::optional<DataType> Canonical(const DataType& type, const InferenceOptions& options,
                                  bool root) {
  if (type.is(Kind::kNull)) {
    if (options.drop_if_all_null && !root) return std::nullopt;
    return StringType();
  }
  if (type.is(Kind::kArray)) {
    const auto element = Canonical(type.elementType(), options, false);
    if (!element) return std::nullopt;
    return ArrayType(*element);
  }
  if (!type.is(Kind::kStruct)) return type;
  StructType kept;
  for (const StructField& field : type.fields()) {
    if (field.name.empty()) continue;
    if (const auto part = Canonical(field.dataType, options, false)) {
      kept = kept.add(field.name, *part);
    }
  }
  if (kept.fields().empty() && !root) return std::nullopt;
  return kept;
}

bool IsTrue(const std::map<std::string, std::string>& options, std::string_view wanted) {
  for (const auto& [name, value] : options) {
    std::string lower = name;
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    if (lower == wanted) return value == "true" || value == "TRUE" || value == "True";
  }
  return false;
}

base::Result<BoundExpressionPtr> BindSchemaOfJson(const FunctionCall& call) {
  const std::string sql = CallText(call.name, {call.arg(0)});
  std::map<std::string, std::string> given;
  if (call.args.size() == 2) {
    MILLRACE_ASSIGN_OR_RETURN(given, OptionsFromMap(call.arg(1)));
  }
  const BoundExpressionPtr& json = call.arg(0);
  const data::Value* constant = AsConstant(json);
  if (constant != nullptr && constant->is_null()) {
    return TypeMismatch("UNEXPECTED_NULL", sql, {{"exprName", "json"}});
  }
  if (!IsFoldable(*json)) {
    return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                        {{"inputName", "`json`"},
                         {"inputType", QuoteType(StringType())},
                         {"inputExpr", QuoteSql(json->text)}});
  }
  const auto text = ConstantText(json);
  const InferenceOptions options = {IsTrue(given, "primitivesasstring"),
                                    IsTrue(given, "prefersdecimal"),
                                    IsTrue(given, "infertimestamp"),
                                    IsTrue(given, "dropfieldifallnull")};
  Inference inference(options, call.time_zone);
  if (!text || !nlohmann::json::sax_parse(*text, &inference)) {
    return NotPossibleHere("Anything but plain JSON in \"" + sql + "\"",
                           "Write the schema as DDL, such as 'a INT, b STRING'.");
  }
  const DataType type = Canonical(inference.type(), options, true).value_or(StringType());
  return MakeConstant(data::Value::Bytes(type.sql()), StringType(), sql);
}

}  // namespace

std::vector<FunctionSpec> SchemaOfFunctions() {
  return {{"schema_of_json", 1, 2, BindSchemaOfJson}};
}

}  // namespace millrace::analysis
