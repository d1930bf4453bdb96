#include "processor/duckdb/from_json.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include <arrow/array.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <simdjson.h>

#include "base/check.h"
#include "processor/duckdb/column_builder.h"
#include "processor/duckdb/from_json_exact.h"
#include "processor/duckdb/from_json_fast.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

base::Result<std::shared_ptr<const FromJson>> FromJson::Make(
    const DataType& schema, const std::map<std::string, std::string>& options,
    const TimeZone& session_zone, std::optional<std::vector<int>> fields) {
  if (!schema.is(Kind::kStruct) && !schema.is(Kind::kArray) && !schema.is(Kind::kMap)) {
    return base::Status::Unsupported(
        fmt::format("from_json: a schema of type {} is not supported", schema.sql()));
  }
  MILLRACE_CHECK(!fields || schema.is(Kind::kStruct));
  std::shared_ptr<FromJson> call(new FromJson());
  MILLRACE_ASSIGN_OR_RETURN(call->options_, FromJsonOptions::Parse(options, schema, session_zone));
  call->schema_ = schema;
  call->fields_ = std::move(fields);
  return std::shared_ptr<const FromJson>(std::move(call));
}

namespace {

/// The texts of a column: where each record lies, and whether its bytes are UTF-8.
class Records {
 public:
  explicit Records(const arrow::BinaryArray& texts)
      : texts_(texts), bytes_(reinterpret_cast<const char*>(texts.raw_data())) {
    if (texts.length() == 0) return;
    begin_ = texts.value_offset(0);
    end_ = texts.value_offset(texts.length());
    readable_ = texts.value_data() == nullptr ? 0 : texts.value_data()->capacity();
    all_utf8_ = simdjson::validate_utf8(bytes_ + begin_, static_cast<std::size_t>(end_ - begin_));
  }

  std::string_view operator[](std::int64_t row) const {
    return {bytes_ + texts_.value_offset(row), static_cast<std::size_t>(texts_.value_length(row))};
  }

  bool IsUtf8(std::int64_t row) const {
    std::int64_t from = texts_.value_offset(row);
    std::int64_t to = texts_.value_offset(row + 1);
    if (!all_utf8_)
      return simdjson::validate_utf8(bytes_ + from, static_cast<std::size_t>(to - from));
    // The whole is UTF-8: so is a part that begins and ends between characters.
    return !(to > from && Continues(from)) && !(to < end_ && Continues(to));
  }

  /// The record with `padding` readable bytes behind it, copied to `scratch` at the buffer's end.
  std::string_view Padded(std::int64_t row, std::int64_t padding, std::string* scratch) const {
    std::string_view text = (*this)[row];
    if (texts_.value_offset(row + 1) + padding <= readable_) return text;
    scratch->assign(text);
    scratch->resize(text.size() + static_cast<std::size_t>(padding), '\0');
    return std::string_view(*scratch).substr(0, text.size());
  }

 private:
  bool Continues(std::int64_t at) const {
    return (static_cast<unsigned char>(bytes_[at]) & 0xC0) == 0x80;
  }

  const arrow::BinaryArray& texts_;
  const char* bytes_;
  std::int64_t begin_ = 0;
  std::int64_t end_ = 0;
  std::int64_t readable_ = 0;
  bool all_utf8_ = true;
};

}  // namespace

struct FromJsonRunner::State {
  std::shared_ptr<const FromJson> call;
  /// The whole value, or for structs null and one column for each field that is made.
  std::unique_ptr<ColumnBuilder> value;
  std::vector<std::unique_ptr<ColumnBuilder>> fields;  ///< By index in the schema; null: not made.
  std::vector<ColumnBuilder*> targets;                 ///< The same, of whichever kind.
  std::unique_ptr<ExactJsonParser> exact;
  std::unique_ptr<FastJsonParser> fast;
  std::string scratch;
  std::int64_t records = 0;
  std::int64_t fast_records = 0;

  void AppendNull() {
    if (value != nullptr) return value->AppendNull();
    for (ColumnBuilder* column : targets) {
      if (column != nullptr) column->AppendNull();
    }
  }

  void Append(const data::Value& record) {
    if (record.is_null()) return AppendNull();
    if (value != nullptr) return value->AppendValue(record);
    for (std::size_t i = 0; i < targets.size(); ++i) {
      if (targets[i] != nullptr) targets[i]->AppendValue(record.list()[i]);
    }
  }

  void TruncateFields(std::int64_t row) {
    for (ColumnBuilder* column : targets) {
      if (column != nullptr) column->Truncate(row);
    }
  }

  bool AppendFast(std::string_view json, std::int64_t row, std::int64_t now_us) {
    if (!fast->Parse(json, now_us)) {
      TruncateFields(row);
      return false;
    }
    if (value != nullptr) value->AppendNested();
    return true;
  }
};

FromJsonRunner::FromJsonRunner(std::unique_ptr<State> state) : state_(std::move(state)) {}
FromJsonRunner::~FromJsonRunner() = default;
std::int64_t FromJsonRunner::records() const { return state_->records; }
std::int64_t FromJsonRunner::fast_records() const { return state_->fast_records; }

base::Result<std::unique_ptr<FromJsonRunner>> FromJsonRunner::New(
    std::shared_ptr<const FromJson> call, Path path) {
  auto state = std::make_unique<State>();
  const DataType& schema = call->schema();
  if (call->fields()) {
    state->fields.resize(schema.fields().size());
    bool all = call->options().fail_fast;
    for (const StructField& field : schema.fields()) {
      all |= field.name == call->options().corrupt_column;
    }
    for (int i = 0; i < static_cast<int>(state->fields.size()); ++i) {
      const std::vector<int>& wanted = *call->fields();
      if (!all && std::find(wanted.begin(), wanted.end(), i) == wanted.end()) continue;
      MILLRACE_ASSIGN_OR_RETURN(state->fields[i], ColumnBuilder::Make(schema.fields()[i].dataType));
    }
    for (auto& column : state->fields) state->targets.push_back(column.get());
  } else {
    MILLRACE_ASSIGN_OR_RETURN(state->value, ColumnBuilder::Make(schema));
    if (schema.is(Kind::kStruct)) {
      for (std::size_t i = 0; i < state->value->child_count(); ++i) {
        state->targets.push_back(&state->value->child(i));
      }
    }
  }
  state->exact = std::make_unique<ExactJsonParser>(schema, call->options());
  if (path == Path::kBoth && FastJsonParser::Handles(schema)) {
    state->fast = std::make_unique<FastJsonParser>(schema, call->options(), state->targets);
  }
  state->call = std::move(call);
  return std::unique_ptr<FromJsonRunner>(new FromJsonRunner(std::move(state)));
}

base::Result<std::vector<std::shared_ptr<arrow::Array>>> FromJsonRunner::Run(
    const arrow::Array& texts, std::int64_t now_us) {
  if (texts.type_id() != arrow::Type::STRING && texts.type_id() != arrow::Type::BINARY) {
    return base::Status::Internal("from_json reads " + texts.type()->ToString());
  }
  State& state = *state_;
  const auto& binary = static_cast<const arrow::BinaryArray&>(texts);
  Records records(binary);
  if (state.value != nullptr) state.value->Reserve(texts.length());
  for (auto& column : state.fields) {
    if (column != nullptr) column->Reserve(texts.length());
  }
  ExactJsonParser::Record record;
  for (std::int64_t row = 0; row < texts.length(); ++row) {
    ++state.records;
    if (binary.IsNull(row)) {
      state.AppendNull();
      continue;
    }
    if (state.fast != nullptr && records.IsUtf8(row)) {
      std::string_view padded = records.Padded(row, FastJsonParser::kPadding, &state.scratch);
      if (state.AppendFast(padded, row, now_us)) {
        ++state.fast_records;
        continue;
      }
    }
    if (base::Status status = state.exact->Parse(records[row], now_us, &record); !status.ok()) {
      if (state.value != nullptr) {
        state.value->Truncate(0);
      } else {
        state.TruncateFields(0);
      }
      return status;
    }
    state.Append(record.value);
  }
  std::vector<std::shared_ptr<arrow::Array>> out;
  if (state.value != nullptr) {
    MILLRACE_ASSIGN_OR_RETURN(auto array, state.value->Finish());
    out.push_back(std::move(array));
    return out;
  }
  std::vector<std::shared_ptr<arrow::Array>> made(state.fields.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (state.fields[i] == nullptr) continue;
    MILLRACE_ASSIGN_OR_RETURN(made[i], state.fields[i]->Finish());
  }
  for (int field : *state.call->fields()) out.push_back(made[field]);
  return out;
}

}  // namespace millrace::processor::duckdb
