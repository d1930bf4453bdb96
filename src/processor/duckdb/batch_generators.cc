#include <utility>

#include <fmt/format.h>

#include "processor/duckdb/batch_writer.h"
#include "processor/duckdb/carrier.h"
#include "processor/duckdb/sql_text.h"

namespace millrace::processor::duckdb {

using Kind = DataType::Kind;

namespace {

/// stack(n, a, b, c, ...): the values in n rows, the last one filled up with nulls.
base::Result<std::string> StackText(const plan::Call& call, const DataType& row,
                                    const std::vector<std::string>& args) {
  const auto* count = std::get_if<plan::Constant>(&call.args[0]->node);
  if (count == nullptr || !count->value.is_int() || count->value.int_value() <= 0) {
    return base::Status::Unsupported("stack: the number of rows must be a positive constant");
  }
  const std::size_t width = row.fields().size();
  std::string rows;
  for (std::int64_t i = 0; i < count->value.int_value(); ++i) {
    std::string fields;
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t place = 1 + static_cast<std::size_t>(i) * width + k;
      fields += fmt::format("{}'s{}': CAST({} AS {})", k > 0 ? ", " : "", k,
                            place < args.size() ? args[place] : "NULL",
                            CarrierSql(row.fields()[k].dataType));
    }
    rows += fmt::format("{}{{{}}}", i > 0 ? ", " : "", fields);
  }
  return "[" + rows + "]";
}

}  // namespace

base::Result<std::string> BatchWriter::Write(const plan::Generate& node, const StructType&) {
  MILLRACE_ASSIGN_OR_RETURN(Input input, InputOf(*node.input));
  columns_ = input.columns;
  const plan::BoundExpression& generator = *node.generator;
  const auto* call = std::get_if<plan::Call>(&generator.node);
  if (call == nullptr) return base::Status::Internal("a generator that is no call");
  std::string_view name = call->function;
  const auto option = call->options.find("outer");
  bool outer = node.outer || (option != call->options.end() && option->second == "true");
  if (name.ends_with("_outer")) {
    name.remove_suffix(6);
    outer = true;
  }
  const std::size_t width = generator.type.fields().size();
  std::string list;
  bool has_position = false;
  bool whole_element = false;
  if (name == "json_tuple") {
    MILLRACE_ASSIGN_OR_RETURN(std::string row, Native(node.generator));
    list = "[" + row + "]";
  } else {
    MILLRACE_ASSIGN_OR_RETURN(Texts args, Expressions(call->args));
    if (name == "stack") {
      MILLRACE_ASSIGN_OR_RETURN(list, StackText(*call, generator.type, args));
    } else if (name == "explode" || name == "posexplode" || name == "inline") {
      list = args[0];
      has_position = name == "posexplode";
      whole_element = name != "inline" && call->args[0]->type.is(Kind::kArray);
    } else {
      return base::Status::Unsupported(
          fmt::format("{}: generator {} is not supported", generator.text, name));
    }
  }
  const std::size_t columns = input.columns.size();
  Texts with_list = input.columns;
  with_list.push_back(list);
  Input given = Named(fmt::format("SELECT {} FROM {}", Columns(with_list), input.from), columns + 1);
  const std::string made = given.columns.back();
  std::string places = fmt::format("range(len({}))", made);
  std::string elements = made;
  if (outer) {
    elements = fmt::format("CASE WHEN len({0}) > 0 THEN {0} ELSE [NULL] END", made);
    places = fmt::format("CASE WHEN len({0}) > 0 THEN range(len({0})) ELSE [NULL] END", made);
  }
  Texts unnested(given.columns.begin(), given.columns.end() - 1);
  unnested.push_back(fmt::format("unnest({})", elements));
  if (has_position) unnested.push_back(fmt::format("CAST(unnest({}) AS INTEGER)", places));
  Input rows = Named(fmt::format("SELECT {} FROM {}", Columns(unnested), given.from),
                     unnested.size());
  Texts outputs(rows.columns.begin(), rows.columns.begin() + static_cast<std::ptrdiff_t>(columns));
  const std::string& element = rows.columns[columns];
  if (has_position) outputs.push_back(rows.columns[columns + 1]);
  const std::size_t values = width - (has_position ? 1 : 0);
  for (std::size_t i = 0; i < values; ++i) {
    outputs.push_back(whole_element ? element : fmt::format("struct_extract({}, 's{}')", element, i));
  }
  return fmt::format("SELECT {} FROM {}", Columns(outputs), rows.from);
}

}  // namespace millrace::processor::duckdb
