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
    {"AGGREGATE_FUNCTION_WITH_NONDETERMINISTIC_EXPRESSION", "42845",
     "Non-deterministic expression <sqlExpr> should not appear in the arguments of an aggregate "
     "function."},
    {"AMBIGUOUS_COLUMN_REFERENCE", "42702",
     "Column <name> is ambiguous. It's because you joined several DataFrame together, and "
     "some of these DataFrames are the same.\nThis column points to one of the DataFrames but "
     "Spark is unable to figure out which one.\nPlease alias the DataFrames with different "
     "names via `DataFrame.alias` before joining them,\nand specify the column using "
     "qualified name, e.g. `df.alias(\"a\").join(df.alias(\"b\"), col(\"a.id\") > "
     "col(\"b.id\"))`."},
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
    {"CAST_INVALID_INPUT", "22018",
     "The value <expression> of the type <sourceType> cannot be cast to <targetType> because "
     "it is malformed. Correct the value as per the syntax, or change its target type. Use "
     "`try_cast` to tolerate malformed input and return NULL instead."},
    {"COLUMN_ALREADY_EXISTS", "42711",
     "The column <columnName> already exists. Choose another name or rename the existing column."},
    {"DATATYPE_MISMATCH.ARRAY_FUNCTION_DIFF_TYPES", "42K09",
     "Input to <functionName> should have been <dataType> followed by a value with same "
     "element type, but it's [<leftType>, <rightType>]."},
    {"DATATYPE_MISMATCH.BINARY_ARRAY_DIFF_TYPES", "42K09",
     "Input to function <functionName> should have been two <arrayType> with same element "
     "type, but it's [<leftType>, <rightType>]."},
    {"DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES", "42K09",
     "the left and right operands of the binary operator have incompatible types (<left> and "
     "<right>)."},
    {"DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE", "42K09",
     "the binary operator requires the input type <inputType>, not <actualDataType>."},
    {"DATATYPE_MISMATCH.CANNOT_DROP_ALL_FIELDS", "42K09",
     "Cannot drop all fields in struct."},
    {"DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09",
     "cannot cast <srcType> to <targetType>."},
    {"DATATYPE_MISMATCH.CAST_WITH_CONF_SUGGESTION", "42K09",
     "cannot cast <srcType> to <targetType> with ANSI mode on.\nIf you have to cast <srcType> to "
     "<targetType>, you can set <config> as <configVal>."},
    {"DATATYPE_MISMATCH.CAST_WITH_FUNC_SUGGESTION", "42K09",
     "cannot cast <srcType> to <targetType>.\nTo convert values from <srcType> to <targetType>, "
     "you can use the functions <functionNames> instead."},
    {"DATATYPE_MISMATCH.CREATE_MAP_KEY_DIFF_TYPES", "42K09",
     "The given keys of function <functionName> should all be the same type, but they are "
     "<dataType>."},
    {"DATATYPE_MISMATCH.CREATE_MAP_VALUE_DIFF_TYPES", "42K09",
     "The given values of function <functionName> should all be the same type, but they are "
     "<dataType>."},
    {"DATATYPE_MISMATCH.CREATE_NAMED_STRUCT_WITHOUT_FOLDABLE_STRING", "42K09",
     "Only foldable `STRING` expressions are allowed to appear at odd position, but they are "
     "<inputExprs>."},
    {"DATATYPE_MISMATCH.DATA_DIFF_TYPES", "42K09",
     "Input to <functionName> should all be the same type, but it's <dataType>."},
    {"DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "42K09",
     "Filter expression <filter> of type <type> is not a boolean."},
    {"DATATYPE_MISMATCH.HASH_MAP_TYPE", "42K09",
     "Input to the function <functionName> cannot contain elements of the \"MAP\" type. In Spark, "
     "same maps may have different hashcode, thus hash expressions are prohibited on \"MAP\" "
     "elements. To restore previous behavior set \"spark.sql.legacy.allowHashOnMapType\" to "
     "\"true\"."},
    {"DATATYPE_MISMATCH.INPUT_SIZE_NOT_ONE", "42K09", "Length of <exprName> should be 1."},
    {"DATATYPE_MISMATCH.INVALID_ARG_VALUE", "42K09",
     "The <inputName> value must to be a <requireType> literal of <validValues>, but got "
     "<inputValue>."},
    {"DATATYPE_MISMATCH.INVALID_JSON_MAP_KEY_TYPE", "42K09",
     "Input schema <schema> can only contain STRING as a key type for a MAP."},
    {"DATATYPE_MISMATCH.INVALID_JSON_SCHEMA", "42K09",
     "Input schema <schema> must be a struct, an array, a map or a variant."},
    {"DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE", "42K09",
     "The key of map cannot be/contain <keyType>."},
    {"DATATYPE_MISMATCH.INVALID_ORDERING_TYPE", "42K09",
     "The <functionName> does not support ordering on type <dataType>."},
    {"DATATYPE_MISMATCH.IN_SUBQUERY_DATA_TYPE_MISMATCH", "42K09",
     "The data type of one or more elements in the left hand side of an IN subquery is not "
     "compatible with the data type of the output of the subquery. Mismatched columns: "
     "[<mismatchedColumns>], left side: [<leftType>], right side: [<rightType>]."},
    {"DATATYPE_MISMATCH.IN_SUBQUERY_LENGTH_MISMATCH", "42K09",
     "The number of columns in the left hand side of an IN subquery does not match the number "
     "of columns in the output of subquery. Left hand side columns(length: <leftLength>): "
     "[<leftColumns>], right hand side columns(length: <rightLength>): [<rightColumns>]."},
    {"DATATYPE_MISMATCH.MAP_CONCAT_DIFF_TYPES", "42K09",
     "The <functionName> should all be of type map, but it's <dataType>."},
    {"DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES", "42K09",
     "Input to <functionName> should have been <dataType> followed by a value with same key "
     "type, but it's [<leftType>, <rightType>]."},
    {"DATATYPE_MISMATCH.MAP_ZIP_WITH_DIFF_TYPES", "42K09",
     "Input to the <functionName> should have been two maps with compatible key types, but "
     "it's [<leftType>, <rightType>]."},
    {"DATATYPE_MISMATCH.NON_FOLDABLE_INPUT", "42K09",
     "the input <inputName> should be a foldable <inputType> expression; however, got "
     "<inputExpr>."},
    {"DATATYPE_MISMATCH.NON_STRING_TYPE", "42K09",
     "all arguments of the function <funcName> must be strings."},
    {"DATATYPE_MISMATCH.NULL_TYPE", "42K09",
     "Null typed values cannot be used as arguments of <functionName>."},
    {"DATATYPE_MISMATCH.RANGE_FRAME_MULTI_ORDER", "42K09",
     "A range window frame with value boundaries cannot be used in a window specification "
     "with multiple order by expressions: <orderSpec>."},
    {"DATATYPE_MISMATCH.RANGE_FRAME_WITHOUT_ORDER", "42K09",
     "A range window frame cannot be used in an unordered window specification."},
    {"DATATYPE_MISMATCH.SEQUENCE_WRONG_INPUT_TYPES", "42K09",
     "<functionName> uses the wrong parameter type. The parameter type must conform to:\n1. "
     "The start and stop expressions must resolve to the same type.\n2. If start and stop "
     "expressions resolve to the <startType> type, then the step expression must resolve to "
     "the <stepType> type.\n3. Otherwise, if start and stop expressions resolve to the "
     "<otherStartType> type, then the step expression must resolve to the same type."},
    {"DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_INVALID_BOUND", "42K09",
     "Window frame upper bound <upper> does not follow the lower bound <lower>."},
    {"DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE", "42K09",
     "The data type of the <location> bound <exprType> does not match the expected data type "
     "<expectedType>."},
    {"DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WITHOUT_FOLDABLE", "42K09",
     "Window frame <location> bound <expression> is not a literal."},
    {"DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON", "42K09",
     "The lower bound of a window frame must be <comparison> to the upper bound."},
    {"DATATYPE_MISMATCH.STACK_COLUMN_DIFF_TYPES", "42K09",
     "The data type of the column (<columnIndex>) do not have the same type: <leftType> "
     "(<leftParamIndex>) <> <rightType> (<rightParamIndex>)."},
    {"DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE", "42K09",
     "The <paramIndex> parameter requires the <requiredType> type, however <inputSql> has the type "
     "<inputType>."},
    {"DATATYPE_MISMATCH.UNEXPECTED_NULL", "42K09", "The <exprName> must not be null."},
    {"DATATYPE_MISMATCH.UNEXPECTED_RETURN_TYPE", "42K09",
     "The <functionName> requires return <expectedType> type, but the actual is <actualType> "
     "type."},
    {"DATATYPE_MISMATCH.UNSUPPORTED_INPUT_TYPE", "42K09",
     "The input of <functionName> can't be <dataType> type data."},
    {"DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE", "42K09",
     "The <exprName> must be between <valueRange> (current value = <currentValue>)."},
    {"DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", "22003",
     "Decimal precision <precision> exceeds max precision <maxPrecision>."},
    {"DISTINCT_WINDOW_FUNCTION_UNSUPPORTED", "0A000",
     "Distinct window functions are not supported: <windowExpr>."},
    {"DUPLICATED_METRICS_NAME", "42710",
     "The metric name is not unique: <metricName>. The same name cannot be used for metrics with "
     "different results.\nHowever multiple instances of metrics with with same result and name "
     "are allowed (e.g. self-joins)."},
    {"DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.BOTH_POSITIONAL_AND_NAMED", "4274K",
     "Call to routine <routineName> is invalid because it includes multiple argument assignments to "
     "the same parameter name <parameterName>. A positional argument and named argument both "
     "referred to the same parameter. Please remove the named argument referring to this "
     "parameter."},
    {"DUPLICATE_ROUTINE_PARAMETER_ASSIGNMENT.DOUBLE_NAMED_ARGUMENT_REFERENCE", "4274K",
     "Call to routine <routineName> is invalid because it includes multiple argument assignments to "
     "the same parameter name <parameterName>. More than one named argument referred to the same "
     "parameter. Please assign a value only once."},
    {"FAILED_FUNCTION_CALL", "38000",
     "Failed preparing of the function <funcName> for call. Please, double check function's "
     "arguments."},
    {"FIELD_NOT_FOUND", "42704", "No such struct field <fieldName> in <fields>."},
    {"GROUPING_COLUMN_MISMATCH", "42803",
     "Column of grouping (<grouping>) can't be found in grouping columns <groupingColumns>."},
    {"GROUPING_ID_COLUMN_MISMATCH", "42803",
     "Columns of grouping_id (<groupingIdColumn>) does not match grouping columns "
     "(<groupByColumns>)."},
    {"GROUP_BY_AGGREGATE", "42903",
     "Aggregate functions are not allowed in GROUP BY, but found <sqlExpr>."},
    {"GROUP_BY_POS_AGGREGATE", "42903",
     "GROUP BY <index> refers to an expression <aggExpr> that contains an aggregate function. "
     "Aggregate functions are not allowed in GROUP BY."},
    {"GROUP_BY_POS_OUT_OF_RANGE", "42805",
     "GROUP BY position <index> is not in select list (valid range is [1, <size>])."},
    {"GROUP_EXPRESSION_TYPE_IS_NOT_ORDERABLE", "42822",
     "The expression <sqlExpr> cannot be used as a grouping expression because its data type "
     "<dataType> is not an orderable data type."},
    {"INCOMPATIBLE_COLUMN_TYPE", "42825",
     "<operator> can only be performed on tables with compatible column types. The "
     "<columnOrdinalNumber> column of the <tableOrdinalNumber> table is <dataType1> type "
     "which is not compatible with <dataType2> at the same column of the first table.<hint>."},
    {"INVALID_AGGREGATE_FILTER.CONTAINS_AGGREGATE", "42903",
     "The FILTER expression <filterExpr> in an aggregate function is invalid. Expected a "
     "FILTER expression without an aggregation, but found <aggExpr>."},
    {"INVALID_AGGREGATE_FILTER.NOT_BOOLEAN", "42903",
     "The FILTER expression <filterExpr> in an aggregate function is invalid. Expected a "
     "FILTER expression of the BOOLEAN type."},
    {"INVALID_ATTRIBUTE_NAME_SYNTAX", "42601",
     "Syntax error in the attribute name: <name>. Check that backticks appear in pairs, a quoted "
     "string is a complete name part and use a backtick only inside quoted name parts."},
    {"INVALID_COLUMN_OR_FIELD_DATA_TYPE", "42000",
     "Column or field <name> is of type <type> while it's required to be <expectedType>."},
    {"INVALID_CORRUPT_RECORD_TYPE", "42804",
     "The column <columnName> for corrupt records must have the nullable STRING type, but got "
     "<actualType>."},
    {"INVALID_ESCAPE_CHAR", "42604",
     "`EscapeChar` should be a string literal of length one, but got <sqlExpr>."},
    {"INVALID_EXTRACT_BASE_FIELD_TYPE", "42000",
     "Can't extract a value from <base>. Need a complex type [STRUCT, ARRAY, MAP] but got "
     "<other>."},
    {"INVALID_EXTRACT_FIELD", "42601",
     "Cannot extract <field> from <expr>."},
    {"INVALID_EXTRACT_FIELD_TYPE", "42000",
     "Field name should be a non-null string literal, but it's <extraction>."},
    {"INVALID_FORMAT.EMPTY", "42601",
     "The format is invalid: <format>. The number format string cannot be empty."},
    {"INVALID_FORMAT.WRONG_NUM_DIGIT", "42601",
     "The format is invalid: <format>. The format string requires at least one number digit."},
    {"INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE", "42000",
     "Invalid inline table. Found incompatible types in the column <colName> for inline table."},
    {"INVALID_INLINE_TABLE.NUM_COLUMNS_MISMATCH", "42000",
     "Invalid inline table. Inline table expected <expectedNumCols> columns but found "
     "<actualNumCols> columns in row <rowIndex>."},
    {"INVALID_LAMBDA_FUNCTION_CALL.DUPLICATE_ARG_NAMES", "42K0D",
     "Invalid lambda function call. The lambda function has duplicate arguments <args>. Please, "
     "consider to rename the argument names or set <caseSensitiveConfig> to \"true\"."},
    {"INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION", "42K0D",
     "Invalid lambda function call. A lambda function should only be used in a higher order "
     "function. However, its class is <class>, which is not a higher order function."},
    {"INVALID_LAMBDA_FUNCTION_CALL.NUM_ARGS_MISMATCH", "42K0D",
     "Invalid lambda function call. A higher order function expects <expectedNumArgs> arguments, "
     "but got <actualNumArgs>."},
    {"INVALID_LIMIT_LIKE_EXPRESSION.IS_NEGATIVE", "42K0E",
     "The limit like expression <expr> is invalid. The <name> expression must be equal to or "
     "greater than 0, but got <v>."},
    {"INVALID_NON_DETERMINISTIC_EXPRESSIONS", "42K0E",
     "The operator expects a deterministic expression, but the actual expression is <sqlExprs>."},
    {"INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_DISTINCT_UNSUPPORTED", "42K0E",
     "Invalid observed metrics. Aggregate expressions with DISTINCT are not allowed in observed "
     "metrics, but found: <expr>."},
    {"INVALID_OBSERVED_METRICS.AGGREGATE_EXPRESSION_WITH_FILTER_UNSUPPORTED", "42K0E",
     "Invalid observed metrics. Aggregate expression with FILTER predicate are not allowed in "
     "observed metrics, but found: <expr>."},
    {"INVALID_OBSERVED_METRICS.MISSING_NAME", "42K0E",
     "Invalid observed metrics. The observed metrics should be named: <operator>."},
    {"INVALID_OBSERVED_METRICS.NESTED_AGGREGATES_UNSUPPORTED", "42K0E",
     "Invalid observed metrics. Nested aggregates are not allowed in observed metrics, but found: "
     "<expr>."},
    {"INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE", "42K0E",
     "Invalid observed metrics. Attribute <expr> can only be used as an argument to an aggregate "
     "function."},
    {"INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_NON_DETERMINISTIC", "42K0E",
     "Invalid observed metrics. Non-deterministic expression <expr> can only be used as an "
     "argument to an aggregate function."},
    {"INVALID_OBSERVED_METRICS.WINDOW_EXPRESSIONS_UNSUPPORTED", "42K0E",
     "Invalid observed metrics. Window expressions are not allowed in observed metrics, but "
     "found: <expr>."},
    {"INVALID_OPTIONS.NON_MAP_FUNCTION", "42K06",
     "Invalid options: Must use the `map()` function for options."},
    {"INVALID_OPTIONS.NON_STRING_TYPE", "42K06",
     "Invalid options: A type of keys and values in `map()` must be string, but got <mapType>."},
    {"INVALID_PARAMETER_VALUE.BINARY_FORMAT", "22023",
     "The value of parameter(s) <parameter> in <functionName> is invalid: Expects one of binary "
     "formats 'base64', 'hex', 'utf-8', but got <invalidFormat>."},
    {"INVALID_PARAMETER_VALUE.DATETIME_UNIT", "22023",
     "The value of parameter(s) <parameter> in <functionName> is invalid: expects one of the "
     "units without quotes YEAR, QUARTER, MONTH, WEEK, DAY, DAYOFYEAR, HOUR, MINUTE, SECOND, "
     "MILLISECOND, MICROSECOND, but got the string literal <invalidValue>."},
    {"INVALID_SCHEMA.NON_STRING_LITERAL", "42K07",
     "The input schema <inputSchema> is not a valid schema string. The input expression must be "
     "string literal and not null."},
    {"INVALID_SCHEMA.NON_STRUCT_TYPE", "42K07",
     "The input schema <inputSchema> is not a valid schema string. The input expression should be "
     "evaluated to struct type, but got <dataType>."},
    {"INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX", "42000",
     "Invalid SQL syntax: The function <prettyName> does not support <syntax>."},
    {"INVALID_SUBQUERY_EXPRESSION.SCALAR_SUBQUERY_RETURN_MORE_THAN_ONE_OUTPUT_COLUMN", "42823",
     "Invalid subquery: Scalar subquery must return only one column, but got <number>."},
    {"INVALID_SUBQUERY_EXPRESSION.STREAMING_QUERY", "42823",
     "Invalid subquery: Streaming query is not allowed in subquery expressions."},
    {"INVALID_USAGE_OF_STAR_OR_REGEX", "42000", "Invalid usage of <elem> in <prettyName>."},
    {"INVALID_WHERE_CONDITION", "42903",
     "The WHERE condition <condition> contains invalid expressions: <expressionList>.\nRewrite the "
     "query to avoid window functions, aggregate functions, and generator functions in the WHERE "
     "clause."},
    {"INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING", "42K0K",
     "Invalid function <funcName> with WITHIN GROUP. WITHIN GROUP is required for the "
     "function."},
    {"JOIN_CONDITION_IS_NOT_BOOLEAN_TYPE", "42K0E",
     "The join condition <joinCondition> has the invalid type <conditionType>, expected "
     "\"BOOLEAN\"."},
    {"MISSING_AGGREGATION", "42803",
     "The non-aggregating expression <expression> is based on columns which are not "
     "participating in the GROUP BY clause.\nAdd the columns or the expression to the GROUP "
     "BY, aggregate the expression, or use <expressionAnyValue> if you do not care which of "
     "the values within a group is returned."},
    {"MISSING_GROUP_BY", "42803",
     "The query does not include a GROUP BY clause. Add GROUP BY or turn it into the window "
     "functions using OVER clauses."},
    {"MULTI_ALIAS_WITHOUT_GENERATOR", "42K0E",
     "Multi part aliasing (<names>) is not supported with <expr> as it is not a generator "
     "function."},
    {"MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION", "42K0E",
     "The expression <expr> does not support more than one source."},
    {"NAMED_PARAMETERS_NOT_SUPPORTED", "4274K",
     "Named parameters are not supported for function <functionName>; please retry the query with "
     "positional arguments to the function call instead."},
    {"NESTED_AGGREGATE_FUNCTION", "42607",
     "It is not allowed to use an aggregate function in the argument of another aggregate "
     "function. Please use the inner aggregate function in a sub-query."},
    {"NON_FOLDABLE_ARGUMENT", "42K08",
     "The function <funcName> requires the parameter <paramName> to be a foldable expression "
     "of the type <paramType>, but the actual argument is a non-foldable."},
    {"NON_TIME_WINDOW_NOT_SUPPORTED_IN_STREAMING", "42KDE",
     "Window function is not supported in <windowFunc> (as column <columnName>) on streaming "
     "DataFrames/Datasets.\nStructured Streaming only supports time-window aggregation using "
     "the WINDOW function. (window specification: <windowSpec>)"},
    {"NULLABLE_COLUMN_OR_FIELD", "42000",
     "Column or field <name> is nullable while it's required to be non-nullable."},
    {"NUM_COLUMNS_MISMATCH", "42826",
     "<operator> can only be performed on inputs with the same number of columns, but the "
     "first input has <firstNumColumns> columns and the <invalidOrdinalNum> input has "
     "<invalidNumColumns> columns."},
    {"ORDER_BY_POS_OUT_OF_RANGE", "42805",
     "ORDER BY position <index> is not in select list (valid range is [1, <size>])."},
    {"PARSE_MODE_UNSUPPORTED", "42601",
     "The function <funcName> doesn't support the <mode> mode. Acceptable modes are PERMISSIVE and "
     "FAILFAST."},
    {"PIVOT_VALUE_DATA_TYPE_MISMATCH", "42K09",
     "Invalid pivot value '<value>': value data type <valueType> does not match pivot column "
     "data type <pivotType>."},
    {"REQUIRED_PARAMETER_NOT_FOUND", "4274K",
     "Cannot invoke routine <routineName> because the parameter named <parameterName> is required, "
     "but the routine call did not supply a value. Please update the routine call to supply an "
     "argument value (either positionally at index <index> or by name) and retry the query again."},
    {"REQUIRED_PARAMETER_NOT_FOUND", "4274K",
     "Cannot invoke routine <routineName> because the parameter named <parameterName> is required, "
     "but the routine call did not supply a value. Please update the routine call to supply an "
     "argument value (either positionally at index <index> or by name) and retry the query "
     "again."},
    {"SEED_EXPRESSION_IS_UNFOLDABLE", "42K08",
     "The seed expression <seedExpr> of the expression <exprWithSeed> must be foldable."},
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
    {"TRANSPOSE_EXCEED_ROW_LIMIT", "54006",
     "Number of rows exceeds the allowed limit of <maxValues> for TRANSPOSE. If this was intended, "
     "set <config> to at least the current row count."},
    {"TRANSPOSE_INVALID_INDEX_COLUMN", "42804",
     "Invalid index column for TRANSPOSE because: <reason>"},
    {"TRANSPOSE_NO_LEAST_COMMON_TYPE", "42K09",
     "Transpose requires non-index columns to share a least common type, but <dt1> and <dt2> do "
     "not."},
    {"UDTF_ALIAS_NUMBER_MISMATCH", "42802",
     "The number of aliases supplied in the AS clause does not match the number of columns "
     "output by the UDTF.\nExpected <aliasesSize> aliases, but got <aliasesNames>.\nPlease "
     "ensure that the number of aliases provided matches the number of columns output by the "
     "UDTF."},
    {"UNEXPECTED_POSITIONAL_ARGUMENT", "4274K",
     "Cannot invoke routine <routineName> because it contains positional argument(s) following the "
     "named argument assigned to <parameterName>; please rearrange them so the positional "
     "arguments come first and then retry the query again."},
    {"UNPIVOT_REQUIRES_VALUE_COLUMNS", "42K0A",
     "At least one value column needs to be specified for UNPIVOT, all columns specified as "
     "ids."},
    {"UNPIVOT_VALUE_DATA_TYPE_MISMATCH", "42K09",
     "Unpivot value columns must share a least common type, some types do not: [<types>]."},
    {"UNRECOGNIZED_PARAMETER_NAME", "4274K",
     "Cannot invoke routine <routineName> because the routine call included a named argument "
     "reference for the argument named <argumentName>, but this routine does not include any "
     "signature containing an argument with this name. Did you mean one of the following? "
     "[<proposal>]."},
    {"UNRESOLVABLE_TABLE_VALUED_FUNCTION", "42883",
     "Could not resolve <name> to a table-valued function.\nPlease make sure that <name> is "
     "defined as a table-valued function and that all required parameters are provided "
     "correctly.\nIf <name> is not defined, please create the table-valued function before "
     "using it.\nFor more information about defining table-valued functions, please refer to "
     "the Apache Spark documentation."},
    {"UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", "42703",
     "Cannot resolve column name \"<colName>\" among (<fieldNames>)."},
    {"UNRESOLVED_COLUMN.WITHOUT_SUGGESTION", "42703",
     "A column, variable, or function parameter with name <objectName> cannot be resolved. "},
    {"UNRESOLVED_COLUMN.WITH_SUGGESTION", "42703",
     "A column, variable, or function parameter with name <objectName> cannot be resolved. Did you "
     "mean one of the following? [<proposal>]."},
    {"UNRESOLVED_ROUTINE", "42883",
     "Cannot resolve routine <routineName> on search path <searchPath>."},
    {"UNRESOLVED_USING_COLUMN_FOR_JOIN", "42703",
     "USING column <colName> cannot be resolved on the <side> side of the join. The "
     "<side>-side columns: [<suggestion>]."},
    {"UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING", "0A000",
     "The char/varchar type can't be used in the table schema.\nIf you want Spark treat them as "
     "string type as same as Spark 3.0 and earlier, please set "
     "\"spark.sql.legacy.charVarcharAsString\" to \"true\"."},
    {"UNSUPPORTED_EXPR_FOR_OPERATOR", "42K0E",
     "A query operator contains one or more unsupported expressions.\nConsider to rewrite it "
     "to avoid window functions, aggregate functions, and generator functions in the WHERE "
     "clause.\nInvalid expressions: [<invalidExprSqls>]"},
    {"UNSUPPORTED_EXPR_FOR_WINDOW", "42P20",
     "Expression <sqlExpr> not supported within a window function."},
    {"UNSUPPORTED_FEATURE.SET_OPERATION_ON_MAP_TYPE", "0A000",
     "The feature is not supported: Cannot have MAP type columns in DataFrame which calls set "
     "operations (INTERSECT, EXCEPT, etc.), but the type of column <colName> is <dataType>."},
    {"UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS", "42K0E",
     "The generator is not supported: nested in expressions <expression>."},
    {"UNSUPPORTED_GENERATOR.NOT_GENERATOR", "42K0E",
     "The generator is not supported: <functionName> is expected to be a generator. However, "
     "its class is <classCanonicalName>, which is not a generator."},
    {"UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", "42K0E",
     "The generator is not supported: outside the SELECT clause, found: <plan>."},
    {"UNSUPPORTED_GROUPING_EXPRESSION", "42K0E",
     "grouping()/grouping_id() can only be used with GroupingSets/Cube/Rollup."},
    {"UNSUPPORTED_TIME_TYPE", "0A000", "The data type TIME is not supported."},
    {"WINDOW_FUNCTION_FRAME_NOT_ORDERED", "42601",
     "Window function <wf_name> requires the window to be ordered. You need to add an ORDER "
     "BY clause. For example: SELECT <wf_expr> OVER (PARTITION BY window_partition ORDER BY "
     "window_ordering) FROM table."},
    {"WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", "42601",
     "It is not allowed to use window functions inside <clauseName> clause."},
    {"WINDOW_FUNCTION_WITHOUT_OVER_CLAUSE", "42601",
     "Window function <funcName> requires an OVER clause."},
    {"WRITE_STREAM_NOT_ALLOWED", "42601",
     "`writeStream` can be called only on streaming Dataset/DataFrame."},
    {"WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605",
     "The <functionName> requires <expectedNum> parameters but the actual number is <actualNum>. "
     "Please, refer to '<docroot>/sql-ref-functions.html' for a fix."},
    {"WRONG_NUM_ARGS.WITH_SUGGESTION", "42605",
     "The <functionName> requires <expectedNum> parameters but the actual number is "
     "<actualNum>. If you have to call this function with <legacyNum> parameters, set the "
     "legacy configuration <legacyConfKey> to <legacyConfValue>."},
    {"_LEGACY_ERROR_TEMP_1006", "",
     "Aggregate expression required for pivot, but '<sql>' did not appear in any aggregate "
     "function."},
    {"_LEGACY_ERROR_TEMP_1031", "",
     "It is not allowed to use a window function inside an aggregate function. Please use the "
     "inner window function in a sub-query."},
    {"_LEGACY_ERROR_TEMP_1036", "",
     "Window Frame <wf> must match the required frame <required>."},
    {"_LEGACY_ERROR_TEMP_1050", "",
     "Can only star expand struct data types. Attribute: `<attributes>`."},
    {"_LEGACY_ERROR_TEMP_1228", "",
     "Decimal scale (<scale>) cannot be greater than precision (<precision>)."},
    {"_LEGACY_ERROR_TEMP_1324", "",
     "The pivot column <pivotColumn> has more than <maxValues> distinct values, this could indicate "
     "an error. If this was intended, set <conf> to at least the number of distinct values of the "
     "pivot column."},
    {"_LEGACY_ERROR_TEMP_3102", "",
     "<msg>"},
});

const Template& Find(std::string_view condition) {
  for (const Template& entry : kTemplates) {
    if (entry.condition == condition) return entry;
  }
  base::CheckFailed(__FILE__, __LINE__, condition);
}

}  // namespace

std::string FillMessage(std::string_view text, const MessageParameters& parameters) {
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

base::Status AnalysisError(std::string_view condition, MessageParameters parameters) {
  const Template& entry = Find(condition);
  std::string message;
  if (entry.sql_state.empty()) {
    message = FillMessage(entry.text, parameters);
  } else {
    message = "[" + std::string(condition) + "] ";
    if (condition.starts_with("DATATYPE_MISMATCH.")) message += FillMessage(kMismatch, parameters);
    message += FillMessage(entry.text, parameters) + " SQLSTATE: " + std::string(entry.sql_state);
  }
  const auto code = condition.starts_with("UNSUPPORTED") ? base::StatusCode::kUnsupported
                                                         : base::StatusCode::kInvalidArgument;
  const char* exception_class = "AnalysisException";
  if (condition.starts_with("DECIMAL_PRECISION_EXCEEDS")) exception_class = "SparkArithmeticException";
  if (condition == "STREAMING_OUTPUT_MODE.INVALID") exception_class = "IllegalArgumentException";
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
