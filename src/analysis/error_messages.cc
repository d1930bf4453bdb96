#include "analysis/error_messages.h"

#include <array>
#include <utility>

#include "base/check.h"

namespace millrace::analysis {
namespace {

struct Template {
  std::string_view condition;
  std::string_view sql_state;  ///< Empty for the conditions that Spark has not numbered yet.
  std::string_view text;       ///< Parameters stand in <angle brackets>.
};

constexpr std::string_view kMismatch = "Cannot resolve <sqlExpr> due to data type mismatch: ";

// Sorted by condition. The entries of DATATYPE_MISMATCH have kMismatch in front.
constexpr auto kTemplates = std::to_array<Template>({
    {"AMBIGUOUS_LATERAL_COLUMN_ALIAS", "42702",
     "Lateral column alias <name> is ambiguous and has <n> matches."},
    {"AMBIGUOUS_REFERENCE", "42704", "Reference <name> is ambiguous, could be: <referenceNames>."},
    {"AMBIGUOUS_REFERENCE_TO_FIELDS", "42000",
     "Ambiguous reference to the field <field>. It appears <count> times in the schema."},
    {"ASSIGNMENT_ARITY_MISMATCH", "42802",
     "The number of columns or variables assigned or aliased: <numTarget> does not match the "
     "number of source expressions: <numExpr>."},
    {"CANNOT_RESOLVE_DATAFRAME_COLUMN", "42704",
     "Cannot resolve dataframe column <name>. It's probably because of illegal references like "
     "`df1.select(df2.col(\"a\"))`."},
    {"CANNOT_RESOLVE_STAR_EXPAND", "42704",
     "Cannot resolve <targetString>.* given input columns <columns>. Please check that the "
     "specified table or struct exists and is accessible in the input columns."},
    {"COLUMN_ALREADY_EXISTS", "42711",
     "The column <columnName> already exists. Choose another name or rename the existing column."},
    {"DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09",
     "the left and right operands of the binary operator have incompatible types (<left> and "
     "<right>)."},
    {"DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", "42K09",
     "the binary operator requires the input type <inputType>, not <actualDataType>."},
    {"DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09",
     "cannot cast <srcType> to <targetType>."},
    {"DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "42K09",
     "cannot cast <srcType> to <targetType> with ANSI mode on.\nIf you have to cast <srcType> to "
     "<targetType>, you can set <config> as <configVal>."},
    {"DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", "42K09",
     "cannot cast <srcType> to <targetType>.\nTo convert values from <srcType> to <targetType>, "
     "you can use the functions <functionNames> instead."},
    {"DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", "42K09",
     "Only foldable `STRING` expressions are allowed to appear at odd position, but they are "
     "<inputExprs>."},
    {"DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
     "Input to <functionName> should all be the same type, but it's <dataType>."},
    {"DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "42K09",
     "Filter expression <filter> of type <type> is not a boolean."},
    {"DATATYPE_MISMATCH.INVALID_JSON_MAP_KEY_TYPE", "42K09",
     "Input schema <schema> can only contain STRING as a key type for a MAP."},
    {"DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", "42K09",
     "Input schema <schema> must be a struct, an array, a map or a variant."},
    {"DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "42K09",
     "The <functionName> does not support ordering on type <dataType>."},
    {"DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
     "The <paramIndex> parameter requires the <requiredType> type, however <inputSql> has the type "
     "<inputType>."},
    {"DATATYPE_MISMATCH.UNEXPECTED_NULL", "42K09", "The <exprName> must not be null."},
    {"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
     "Decimal precision <precision> exceeds max precision <maxPrecision>."},
    {"FIELD_NOT_FOUND", "42704", "No such struct field <fieldName> in <fields>."},
    {"INVALID_ATTRIBUTE_NAME_SYNTAX", "42601",
     "Syntax error in the attribute name: <name>. Check that backticks appear in pairs, a quoted "
     "string is a complete name part and use a backtick only inside quoted name parts."},
    {"INVALID_CORRUPT_RECORD_TYPE", "42804",
     "The column <columnName> for corrupt records must have the nullable STRING type, but got "
     "<actualType>."},
    {"INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
     "Can't extract a value from <base>. Need a complex type [STRUCT, ARRAY, MAP] but got "
     "<other>."},
    {"INVALID_EXTRACT_FIELD_TYPE", "42000",
     "Field name should be a non-null string literal, but it's <extraction>."},
    {"INVALID_OPTIONS.NON_MAP_FUNCTION", "42K06",
     "Invalid options: Must use the `map()` function for options."},
    {"INVALID_OPTIONS.NON_STRING_TYPE", "42K06",
     "Invalid options: A type of keys and values in `map()` must be string, but got <mapType>."},
    {"INVALID_SCHEMA.NON_STRING_LITERAL", "42K07",
     "The input schema <inputSchema> is not a valid schema string. The input expression must be "
     "string literal and not null."},
    {"INVALID_USAGE_OF_STAR_OR_REGEX", "42000", "Invalid usage of <elem> in <prettyName>."},
    {"INVALID_WHERE_CONDITION", "42903",
     "The WHERE condition <condition> contains invalid expressions: <expressionList>.\nRewrite the "
     "query to avoid window functions, aggregate functions, and generator functions in the WHERE "
     "clause."},
    {"MULTI_ALIAS_WITHOUT_GENERATOR", "42K0E",
     "Multi part aliasing (<names>) is not supported with <expr> as it is not a generator "
     "function."},
    {"PARSE_MODE_UNSUPPORTED", "42601",
     "The function <funcName> doesn't support the <mode> mode. Acceptable modes are PERMISSIVE and "
     "FAILFAST."},
    {"STREAMING_OUTPUT_MODE.INVALID", "42KDE",
     "Invalid streaming output mode: <outputMode>. Accepted output modes are 'Append', 'Complete', "
     "'Update'."},
    {"STREAMING_OUTPUT_MODE.UNSUPPORTED_DATASOURCE", "42KDE",
     "Invalid streaming output mode: <outputMode>. This output mode is not supported in Data "
     "Source <className>."},
    {"STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION", "42KDE",
     "Invalid streaming output mode: <outputMode>. This output mode is not supported for "
     "<operation> on streaming DataFrames/DataSets."},
    {"TABLE_OR_VIEW_NOT_FOUND", "42P01",
     "The table or view <relationName> cannot be found. Verify the spelling and correctness of the "
     "schema and catalog.\nSearch path: <searchPath>.\nIf you did not qualify the name with a "
     "schema, verify the current_schema() output, or qualify the name with the correct schema and "
     "catalog.\nTo tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS."},
    {"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
     "A column, variable, or function parameter with name <objectName> cannot be resolved. "},
    {"UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
     "A column, variable, or function parameter with name <objectName> cannot be resolved. Did you "
     "mean one of the following? [<proposal>]."},
    {"UNRESOLVED_ROUTINE", "42883",
     "Cannot resolve routine <routineName> on search path <searchPath>."},
    {"UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", "0A000",
     "The char/varchar type can't be used in the table schema.\nIf you want Spark treat them as "
     "string type as same as Spark 3.0 and earlier, please set "
     "\"spark.sql.legacy.charVarcharAsString\" to \"true\"."},
    {"UNSUPPORTED_TIME_TYPE", "0A000", "The data type TIME is not supported."},
    {"WRITE_STREAM_NOT_ALLOWED", "42601",
     "`writeStream` can be called only on streaming Dataset/DataFrame."},
    {"WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
     "The <functionName> requires <expectedNum> parameters but the actual number is <actualNum>. "
     "Please, refer to '<docroot>/sql-ref-functions.html' for a fix."},
    {"_LEGACY_ERROR_TEMP_1050", "",
     "Can only star expand struct data types. Attribute: `<attributes>`."},
    {"_LEGACY_ERROR_TEMP_1228", "",
     "Decimal scale (<scale>) cannot be greater than precision (<precision>)."},
});

const Template& Find(std::string_view condition) {
  for (const Template& entry : kTemplates) {
    if (entry.condition == condition) return entry;
  }
  base::CheckFailed(__FILE__, __LINE__, condition);
}

// Puts the parameters in place of <their names>.
std::string Fill(std::string_view text, const MessageParameters& parameters) {
  std::string filled;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t end = text[i] == '<' ? text.find('>', i) : std::string_view::npos;
    auto found = parameters.end();
    if (end != std::string_view::npos) {
      found = parameters.find(std::string(text.substr(i + 1, end - i - 1)));
    }
    if (found == parameters.end()) {
      filled += text[i];
    } else {
      filled += found->second;
      i = end;
    }
  }
  return filled;
}

}  // namespace

base::Status AnalysisError(std::string_view condition, MessageParameters parameters) {
  const Template& entry = Find(condition);
  std::string message;
  if (entry.sql_state.empty()) {
    message = Fill(entry.text, parameters);
  } else {
    message = "[" + std::string(condition) + "] ";
    if (condition.starts_with("DATATYPE_MISMATCH.")) message += Fill(kMismatch, parameters);
    message += Fill(entry.text, parameters) + " SQLSTATE: " + std::string(entry.sql_state);
  }
  const auto code = condition.starts_with("UNSUPPORTED") ? base::StatusCode::kUnsupported
                                                         : base::StatusCode::kInvalidArgument;
  const char* exception_class = condition.starts_with("DECIMAL_PRECISION_EXCEEDS")
                                    ? "SparkArithmeticException"
                                    : "AnalysisException";
  return base::Status(code, std::move(message))
      .WithSparkError({.exception_class = exception_class,
                       .condition = std::string(condition),
                       .sql_state = std::string(entry.sql_state),
                       .parameters = std::move(parameters)});
}

base::Status TypeMismatch(std::string_view reason, std::string_view sql,
                          MessageParameters parameters) {
  parameters.emplace("sqlExpr", QuoteSql(sql));
  return AnalysisError("DATATYPE_MISMATCH." + std::string(reason), std::move(parameters));
}

base::Status NotPossibleHere(std::string_view what, std::string_view advice) {
  std::string message = "[UNSUPPORTED_FEATURE] The feature is not supported: ";
  message += what;
  message += ". ";
  message += advice;
  message += " SQLSTATE: 0A000";
  return base::Status::Unsupported(std::move(message))
      .WithSparkError({.exception_class = "AnalysisException",
                       .condition = "UNSUPPORTED_FEATURE",
                       .sql_state = "0A000",
                       .parameters = {{"feature", std::string(what)}}});
}

std::string QuoteType(const DataType& type) { return "\"" + type.sql() + "\""; }

std::string QuoteSql(std::string_view sql) { return "\"" + std::string(sql) + "\""; }

std::string Ordinal(std::size_t index) {
  constexpr std::array<std::string_view, 3> kWords = {"first", "second", "third"};
  if (index < kWords.size()) return std::string(kWords[index]);
  return std::to_string(index + 1) + "th";
}

}  // namespace millrace::analysis
