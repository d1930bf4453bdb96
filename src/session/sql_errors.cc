#include "session/sql_errors.h"

#include <array>

#include "analysis/error_messages.h"
#include "analysis/names.h"
#include "base/check.h"

namespace millrace::session {
namespace {

struct Template {
  std::string_view condition;
  std::string_view sql_state;
  std::string_view exception_class;
  std::string_view text;  ///< Parameters stand in <angle brackets>.
};

// Sorted by condition.
constexpr auto kTemplates = std::to_array<Template>({
    {"ALL_PARTITION_COLUMNS_NOT_ALLOWED", "KD005", "AnalysisException",
     "Cannot use all columns for partition columns."},
    {"COLUMN_NOT_DEFINED_IN_TABLE", "42703", "AnalysisException",
     "<colType> column <colName> is not defined in table <tableName>, defined table columns are: "
     "<tableCols>."},
    {"CREATE_PERMANENT_VIEW_WITHOUT_ALIAS", "0A000", "AnalysisException",
     "Not allowed to create the permanent view <name> without explicitly assigning an alias for the "
     "expression <attr>."},
    {"CREATE_VIEW_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01", "AnalysisException",
     "Cannot create view <viewName>, the reason is not enough data columns:\nView columns: "
     "<viewColumns>.\nData columns: <dataColumns>."},
    {"CREATE_VIEW_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01", "AnalysisException",
     "Cannot create view <viewName>, the reason is too many data columns:\nView columns: "
     "<viewColumns>.\nData columns: <dataColumns>."},
    {"DATA_SOURCE_NOT_FOUND", "42K02", "SparkClassNotFoundException",
     "Failed to find the data source: <provider>. Millrace has these formats: <known>."},
    {"DELTA_CREATE_TABLE_SCHEME_MISMATCH", "42KD7", "AnalysisException",
     "The specified schema does not match the existing schema at <path>.\n\n== Specified "
     "==\n<specifiedSchema>\n\n== Existing ==\n<existingSchema>\n\nIf your intention is to keep "
     "the existing schema, you can omit the\nschema from the create table command. Otherwise please "
     "ensure that\nthe schema matches."},
    {"DELTA_CREATE_TABLE_WITH_DIFFERENT_PARTITIONING", "42KD7", "AnalysisException",
     "The specified partitioning does not match the existing partitioning at <path>.\n\n== Specified "
     "==\n<specifiedColumns>\n\n== Existing ==\n<existingColumns>\n"},
    {"DELTA_CREATE_TABLE_WITH_DIFFERENT_PROPERTY", "42KD7", "AnalysisException",
     "The specified properties do not match the existing properties at <path>.\n\n== Specified "
     "==\n<specifiedProperties>\n\n== Existing ==\n<existingProperties>\n"},
    {"DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", "42601", "AnalysisException",
     "Cannot create table (<tableId>). The associated location (<tableLocation>) is not empty and "
     "also not a Delta table."},
    {"DELTA_MISSING_DELTA_TABLE", "42P01", "AnalysisException", "<tableName> is not a Delta table."},
    {"DELTA_ONLY_OPERATION", "0AKDD", "AnalysisException",
     "<operation> is only supported for Delta tables."},
    {"DELTA_TABLE_LOCATION_MISMATCH", "42613", "AnalysisException",
     "The location of the existing table <tableName> is <existingTableLocation>. It doesn't match "
     "the specified location <tableLocation>."},
    {"DELTA_TABLE_ONLY_OPERATION", "0AKDD", "AnalysisException",
     "<tableName> is not a Delta table. <operation> is only supported for Delta tables."},
    {"EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE", "42809", "AnalysisException",
     "'<operation>' expects a table but <viewName> is a view. "},
    {"EXPECT_VIEW_NOT_TABLE.NO_ALTERNATIVE", "42809", "AnalysisException",
     "The table <tableName> does not support <operation>. "},
    {"INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_FIND_DATA", "KD000", "AnalysisException",
     "Cannot write incompatible data for the table <tableName>: Cannot find data for the output "
     "column <colName>."},
    {"INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST", "KD000", "AnalysisException",
     "Cannot write incompatible data for the table <tableName>: Cannot safely cast <colName> "
     "<srcType> to <targetType>."},
    {"INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_COLUMNS", "KD000", "AnalysisException",
     "Cannot write incompatible data for the table <tableName>: Cannot write extra columns "
     "<extraColumns>."},
    {"INCOMPATIBLE_DATA_FOR_TABLE.EXTRA_STRUCT_FIELDS", "KD000", "AnalysisException",
     "Cannot write incompatible data for the table <tableName>: Cannot write extra fields "
     "<extraFields> to the struct <colName>."},
    {"INSERT_COLUMN_ARITY_MISMATCH.NOT_ENOUGH_DATA_COLUMNS", "21S01", "AnalysisException",
     "Cannot write to <tableName>, the reason is not enough data columns:\nTable columns: "
     "<tableColumns>.\nData columns: <dataColumns>."},
    {"INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS", "21S01", "AnalysisException",
     "Cannot write to <tableName>, the reason is too many data columns:\nTable columns: "
     "<tableColumns>.\nData columns: <dataColumns>."},
    {"INVALID_CONF_VALUE.OUT_OF_RANGE_OF_OPTIONS", "22022", "SparkIllegalArgumentException",
     "The value '<confValue>' in the config \"<confName>\" is invalid. It should be one of "
     "'<confOptions>'."},
    {"INVALID_TEMP_OBJ_REFERENCE", "42K0F", "AnalysisException",
     "Cannot create the persistent object <objName> of the type <obj> because it references to the "
     "temporary object <tempObjName> of the type <tempObj>. Please make the temporary object "
     "<tempObjName> persistent, or make the persistent object <objName> temporary. "},
    {"LOCATION_ALREADY_EXISTS", "42710", "SparkRuntimeException",
     "Cannot name the managed table as <identifier>, as its associated location <location> already "
     "exists. Please pick a different table name, or remove the existing location first."},
    {"NOT_SUPPORTED_COMMAND_FOR_V2_TABLE", "0A000", "AnalysisException",
     "<cmd> is not supported for v2 tables."},
    {"PATH_ALREADY_EXISTS", "42K04", "AnalysisException",
     "Path <outputPath> already exists. Set mode as \"overwrite\" to overwrite the existing path."},
    {"RECURSIVE_VIEW", "42K0H", "AnalysisException",
     "Recursive view <viewIdent> detected (cycle: <newPath>)."},
    {"REQUIRES_SINGLE_PART_NAMESPACE", "42K05", "AnalysisException",
     "<sessionCatalog> requires a single-part namespace, but got <namespace>."},
    {"SCHEMA_ALREADY_EXISTS", "42P06", "DatabaseAlreadyExistsException",
     "Cannot create schema <schemaName> because it already exists.\nChoose a different name, drop "
     "the existing schema, or add the IF NOT EXISTS clause to tolerate pre-existing schema."},
    {"SCHEMA_NOT_EMPTY", "2BP01", "AnalysisException",
     "Cannot drop a schema <schemaName> because it contains objects.\nUse DROP SCHEMA ... CASCADE "
     "to drop the schema and all its objects."},
    {"SCHEMA_NOT_FOUND", "42704", "NoSuchNamespaceException",
     "The schema <schemaName> cannot be found. Verify the spelling and correctness of the schema "
     "and catalog.\nIf you did not qualify the name with a catalog, verify the current_schema() "
     "output, or qualify the name with the correct catalog.\nTo tolerate the error on drop use DROP "
     "SCHEMA IF EXISTS."},
    {"SPECIFY_PARTITION_IS_NOT_ALLOWED", "42601", "AnalysisException",
     "A CREATE TABLE without explicit column list cannot specify PARTITIONED BY.\nPlease use the form "
     "with explicit column list and specify PARTITIONED BY.\nAlternatively, allow partitioning to be "
     "inferred by omitting the PARTITION BY clause."},
    {"SQL_CONF_NOT_FOUND", "42K0I", "SparkNoSuchElementException",
     "The SQL config <sqlConf> cannot be found. Please verify that the config exists."},
    {"TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", "TableAlreadyExistsException",
     "Cannot create table or view <relationName> because it already exists.\nChoose a different "
     "name, drop or replace the existing object, or add the IF NOT EXISTS clause to tolerate "
     "pre-existing objects."},
    {"TABLE_OR_VIEW_NOT_FOUND", "42P01", "NoSuchTableException",
     "The table or view <relationName> cannot be found. Verify the spelling and correctness of the "
     "schema and catalog.\nSearch path: [<searchPath>].\nIf you did not qualify the name with a schema, verify the "
     "current_schema() output, or qualify the name with the correct schema and catalog.\nTo "
     "tolerate the error on drop use DROP VIEW IF EXISTS or DROP TABLE IF EXISTS."},
    {"TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", "42P07", "TempTableAlreadyExistsException",
     "Cannot create the temporary view <relationName> because it already exists.\nChoose a "
     "different name, drop or replace the existing view,  or add the IF NOT EXISTS clause to "
     "tolerate pre-existing views."},
    {"UNSUPPORTED_DATA_SOURCE_FOR_DIRECT_QUERY", "0A000", "AnalysisException",
     "Unsupported data source type for direct query on files: <dataSourceType>"},
    {"UNSUPPORTED_FEATURE.DROP_DATABASE", "0A000", "AnalysisException",
     "The feature is not supported: Drop the default database <database>."},
    {"UNSUPPORTED_FEATURE.TABLE_OPERATION", "0A000", "AnalysisException",
     "The feature is not supported: Table <tableName> does not support <operation>. Please check "
     "the current catalog and namespace to make sure the qualified table name is expected, and also "
     "check the catalog implementation which is configured by \"spark.sql.catalog\"."},
    {"WRONG_COMMAND_FOR_OBJECT_TYPE", "42809", "AnalysisException",
     "The operation <operation> requires a <requiredType>. But <objectName> is a <foundType>. Use "
     "<alternative> instead."},
    {"_LEGACY_ERROR_TEMP_1012", "", "AnalysisException",
     "Cannot write into v1 table: <identifier>."},
    {"_LEGACY_ERROR_TEMP_1151", "", "AnalysisException",
     "Fail to resolve data source for the table <table> since the table serde property has the "
     "duplicated key <key> with extra options specified for this scan operation. To fix this, you "
     "can rollback to the legacy behavior of ignoring the extra options by setting the config "
     "<config> to `false`, or address the conflicts of the same config."},
    {"_LEGACY_ERROR_TEMP_1159", "", "AnalysisException",
     "The format of the existing table <tableName> is `<existingProvider>`. It doesn't match the "
     "specified format `<specifiedProvider>`."},
    {"_LEGACY_ERROR_TEMP_1161", "", "AnalysisException",
     "The column number of the existing table <tableName> (<existingTableSchema>) doesn't match "
     "the data schema (<querySchema>)."},
    {"_LEGACY_ERROR_TEMP_1162", "", "AnalysisException",
     "Cannot resolve '<col>' given input columns: [<inputColumns>]."},
    {"_LEGACY_ERROR_TEMP_1163", "", "AnalysisException",
     "Specified partitioning does not match that of the existing table <tableName>.\nSpecified "
     "partition columns: [<specifiedPartCols>].\nExisting partition columns: [<existingPartCols>]."},
    {"_LEGACY_ERROR_TEMP_1241", "", "AnalysisException",
     "CREATE-TABLE-AS-SELECT cannot create table with location to a non-empty directory "
     "<tablePath>. To allow overwriting the existing non-empty directory, set '<config>' to "
     "true."},
});

}  // namespace

base::Status SqlError(std::string_view condition, std::map<std::string, std::string> parameters) {
  for (const Template& entry : kTemplates) {
    if (entry.condition != condition) continue;
    std::string message = analysis::FillMessage(entry.text, parameters);
    if (!entry.sql_state.empty()) {
      message = "[" + std::string(condition) + "] " + message;
      // Delta's own messages end without it.
      if (!condition.starts_with("DELTA_")) message += " SQLSTATE: " + std::string(entry.sql_state);
    }
    return base::Status::InvalidArgument(message).WithSparkError(
        {std::string(entry.exception_class), std::string(condition), std::string(entry.sql_state),
         std::move(parameters)});
  }
  base::CheckFailed(__FILE__, __LINE__, condition);
}

base::Status RefusedHere(std::string_view what, std::string_view advice) {
  return analysis::NotPossibleHere(what, advice);
}

std::string QuoteIdentifier(const std::vector<std::string>& parts) {
  return analysis::QuoteName(parts);
}

base::Result<std::vector<std::string>> NameParts(std::string_view unparsed) {
  return analysis::ParseName(unparsed);
}

}  // namespace millrace::session
