#include "session/text_lines.h"

#include <algorithm>
#include <utility>

#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "analysis/names.h"
#include "data/arrow_value.h"
#include "session/session_state.h"

namespace millrace::session {

namespace {

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::any_of(
      names, [&](const std::string& candidate) { return analysis::NamesEqual(candidate, name); });
}

plan::ExpressionPtr ColumnNamed(const std::string& name) {
  return plan::MakeExpression(plan::expression::UnresolvedAttribute{
      analysis::QuoteName(std::string_view(name)), std::nullopt, false});
}

/// No name of a partition column.
constexpr std::string_view kLineColumn = "<line>";

/// A struct as a line.
plan::ExpressionPtr Rendered(std::string_view format, std::vector<plan::ExpressionPtr> fields,
                             const plan::Options& options) {
  std::vector<plan::ExpressionPtr> args = {plan::Function("struct", std::move(fields))};
  std::vector<plan::ExpressionPtr> entries;
  for (const auto& [name, value] : options) {
    entries.push_back(plan::Literal(name));
    entries.push_back(plan::Literal(value));
  }
  if (!entries.empty()) args.push_back(plan::Function("map", std::move(entries)));
  return plan::Alias(plan::Function(format == "csv" ? "to_csv" : "to_json", std::move(args)),
                     kLineColumn);
}

/// The names of the columns, quoted as rows are. Blanks are only taken from values.
plan::RelationPtr CsvHeader(const std::vector<std::string>& names, plan::Options options) {
  for (std::string_view option : {"ignoreLeadingWhiteSpace", "ignoreTrailingWhiteSpace"}) {
    std::erase_if(options,
                  [&](const auto& given) { return analysis::NamesEqual(given.first, option); });
    options.emplace(option, "false");
  }
  std::vector<plan::ExpressionPtr> fields;
  for (const std::string& name : names) fields.push_back(plan::Literal(std::string_view(name)));
  return plan::Select(plan::MakeRelation(plan::relation::Range{0, 1, 1, 1}),
                      {Rendered("csv", std::move(fields), options)});
}

base::Result<bool> Flag(std::string_view name, std::string_view value) {
  if (analysis::NamesEqual(value, "true")) return true;
  if (analysis::NamesEqual(value, "false")) return false;
  return base::Status::InvalidArgument(fmt::format("{} flag can be true or false.", name))
      .WithSparkError({"SparkException", "", "", {}});
}

/// Options that mean nothing to the rendering.
bool IsWriterOption(std::string_view name) {
  for (std::string_view known :
       {"compression", "codec", "path", "maxRecordsPerFile", "lineSep", "encoding", "charset",
        "retention", "checkpointLocation", "queryName", "partitionOverwriteMode"}) {
    if (analysis::NamesEqual(name, known)) return true;
  }
  return false;
}

}  // namespace

bool IsRenderedAsLines(std::string_view format) { return format == "json" || format == "csv"; }

base::Result<TextLines> AsTextLines(const plan::RelationPtr& rows, const StructType& schema,
                                    std::string_view format,
                                    const std::vector<std::string>& partition_columns,
                                    const plan::Options& options) {
  TextLines lines;
  plan::Options rendering;
  bool has_header = false;
  for (const auto& [name, value] : options) {
    if (IsWriterOption(name)) continue;
    if (format == "csv" && analysis::NamesEqual(name, "header")) {
      MILLRACE_ASSIGN_OR_RETURN(has_header, Flag("header", value));
    } else {
      rendering.emplace(name, value);
    }
  }
  std::vector<std::string> names;
  std::vector<plan::ExpressionPtr> fields;
  for (const StructField& field : schema.fields()) {
    if (Contains(partition_columns, field.name)) continue;
    names.push_back(field.name);
    fields.push_back(ColumnNamed(field.name));
  }
  std::vector<plan::ExpressionPtr> columns = {Rendered(format, std::move(fields), rendering)};
  for (const std::string& name : partition_columns) columns.push_back(ColumnNamed(name));
  lines.rows = plan::Select(rows, std::move(columns));
  if (has_header) lines.header = CsvHeader(names, std::move(rendering));
  return lines;
}

base::Result<std::optional<std::string>> FirstLine(const SessionState& session,
                                                   const TextLines& lines) {
  if (lines.header == nullptr) return std::optional<std::string>();
  MILLRACE_ASSIGN_OR_RETURN(auto query, session.Analyze(lines.header));
  MILLRACE_ASSIGN_OR_RETURN(auto result, session.ExecuteQuery(std::move(query), {}));
  MILLRACE_ASSIGN_OR_RETURN(const auto batch, result.rows->Next());
  if (batch == nullptr || batch->num_rows() != 1) {
    return base::Status::Internal("a header of csv is not one line");
  }
  MILLRACE_ASSIGN_OR_RETURN(const data::Value line,
                            data::ValueOfCell(*batch->column(0), 0, StringType()));
  return std::optional(std::string(line.bytes()));
}

}  // namespace millrace::session
