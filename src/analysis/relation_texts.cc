// Lines of json and csv files as columns.

#include <array>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/relation_analyzer.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Options = std::map<std::string, std::string>;

// The options that say how a line is read; the others are the source's.
constexpr auto kParseOptions = std::to_array<std::string_view>({
    "allowBackslashEscapingAnyCharacter", "allowComments", "allowNonNumericNumbers",
    "allowNumericLeadingZeros", "allowSingleQuotes", "allowUnquotedControlChars",
    "allowUnquotedFieldNames", "charToEscapeQuoteEscaping", "columnNameOfCorruptRecord", "comment",
    "dateFormat", "delimiter", "dropFieldIfAllNull", "emptyValue", "enableDateTimeParsingFallback",
    "escape", "ignoreLeadingWhiteSpace", "ignoreTrailingWhiteSpace", "locale", "maxCharsPerColumn",
    "maxColumns", "maxNestingDepth", "maxNumLen", "maxStringLen", "mode", "nanValue",
    "negativeInf", "nullValue", "positiveInf", "preferDate", "prefersDecimal",
    "primitivesAsString", "quote", "sep", "timeZone", "timestampFormat", "timestampNTZFormat",
    "unescapedQuoteHandling",
});

Options ParseOptionsOf(const Options& options) {
  Options kept;
  for (const auto& [key, value] : options) {
    for (const std::string_view known : kParseOptions) {
      if (NamesEqual(key, known)) kept[std::string(known)] = value;
    }
  }
  return kept;
}

// The user's columns that are no partition columns.
StructType DataColumns(const plan::StreamSource& source) {
  StructType columns;
  for (StructField field : source.user_schema->fields()) {
    bool is_partition = false;
    for (std::size_t i = 1; i < source.schema.size(); ++i) {
      is_partition = is_partition || NamesEqual(source.schema[i].name, field.name);
    }
    if (is_partition) continue;
    field.nullable = true;
    field.dataType = AsNullable(WithoutCharVarchar(field.dataType));
    columns = columns.add(field);
  }
  return columns;
}

BoundExpressionPtr Text(std::string_view text) {
  return MakeConstant(data::Value::Bytes(std::string(text)), StringType(), text);
}

}  // namespace

base::Result<AnalyzedRelationPtr> RelationAnalyzer::ParseLines(plan::StreamSource source) {
  const std::string function = "from_" + LowerCase(source.format);
  if (!source.user_schema) {
    return NotPossibleHere("Reading " + source.format + " without a schema", "Call schema(...).");
  }
  const StructType wanted = DataColumns(source);
  Options options = ParseOptionsOf(source.options);
  StructType parsed = wanted;
  const auto mode = options.find("mode");
  const bool drops = mode != options.end() && NamesEqual(mode->second, "DROPMALFORMED");
  std::string corrupt = "_corrupt_record";
  if (const auto named = options.find("columnNameOfCorruptRecord"); named != options.end()) {
    corrupt = named->second;
  }
  if (drops) {
    mode->second = "PERMISSIVE";
    if (parsed.fieldIndex(corrupt) < 0) parsed = parsed.add(corrupt, StringType());
  }
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr lines, ScanOf(std::move(source)));
  const BoundExpressionPtr value = MakeColumn(0, StringType(), true, "value");
  const BoundExpressionPtr is_filled =
      MakeCall("!=", {value, Text("")}, BooleanType(), true, "(NOT (value = ))");
  const auto filtered =
      MakeAnalyzed(MakeResolved(lines->scope, plan::Filter{lines->resolved, is_filled}),
                   lines->scope, lines);

  std::vector<Resolved> first;
  Resolved data{.bound = MakeCall(function, {value}, parsed, true, function + "(value)",
                                  std::move(options)),
                .kind = Resolved::Kind::kAlias,
                .name = "data"};
  first.push_back(data);
  for (std::size_t i = 1; i < lines->scope.columns.size(); ++i) {
    first.push_back(PassOn(*filtered, i));
  }
  AnalyzedRelationPtr records = MakeProject(filtered, std::move(first));
  const BoundExpressionPtr record = PassOn(*records, 0).bound;
  if (drops) {
    const BoundExpressionPtr field =
        MakeGetField(record, parsed.fieldIndex(corrupt), corrupt);
    const BoundExpressionPtr is_good = MakeCall("isnull", {field}, BooleanType(), false,
                                                "(" + field->text + " IS NULL)");
    records = MakeAnalyzed(MakeResolved(records->scope, plan::Filter{records->resolved, is_good}),
                           records->scope, records);
  }
  std::vector<Resolved> columns;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    columns.push_back({.bound = MakeGetField(record, static_cast<int>(i), wanted[i].name),
                       .kind = Resolved::Kind::kAlias,
                       .name = wanted[i].name,
                       .metadata = wanted[i].metadata});
  }
  for (std::size_t i = 1; i < records->scope.columns.size(); ++i) {
    columns.push_back(PassOn(*records, i));
  }
  const AnalyzedRelationPtr projected = MakeProject(records, std::move(columns));
  Scope scope = projected->scope;
  scope.NameMetadata();
  return MakeAnalyzed(projected->resolved, std::move(scope), nullptr);
}

}  // namespace millrace::analysis
