#include "millrace/batch.h"

#include <fmt/format.h>

#include "analysis/names.h"
#include "data/schema_text.h"
#include "session/dataframe_state.h"
#include "session/exceptions.h"
#include "session/session_state.h"

namespace millrace {
namespace {

plan::command::SaveMode SaveModeOf(const std::string& text) {
  using plan::command::SaveMode;
  const std::string mode = analysis::LowerCase(text);
  if (mode == "append") return SaveMode::kAppend;
  if (mode == "overwrite") return SaveMode::kOverwrite;
  if (mode == "ignore") return SaveMode::kIgnore;
  if (mode == "error" || mode == "errorifexists" || mode == "default") {
    return SaveMode::kErrorIfExists;
  }
  throw AnalysisException(
      fmt::format("[INVALID_SAVE_MODE] The specified save mode \"{}\" is invalid. Valid save modes "
                  "include \"append\", \"overwrite\", \"ignore\", \"error\", "
                  "\"errorifexists\", and \"default\". SQLSTATE: 42000",
                  text),
      {"INVALID_SAVE_MODE", "42000", {{"mode", fmt::format("\"{}\"", text)}}},
      "AnalysisException");
}

}  // namespace

DataFrameReader::DataFrameReader(std::shared_ptr<session::SessionState> session)
    : session_(std::move(session)) {}

DataFrameReader& DataFrameReader::format(std::string_view name) {
  format_ = name;
  return *this;
}

DataFrameReader& DataFrameReader::schema(const StructType& schema) {
  schema_ = schema;
  return *this;
}

DataFrameReader& DataFrameReader::schema(std::string_view ddl) {
  return schema(session::ValueOrThrow(data::ParseTableSchema(ddl)));
}

DataFrameReader& DataFrameReader::option(std::string_view name, const OptionValue& value) {
  connector::Options merged(options_);
  merged.Set(name, value.text());
  options_ = merged.All();
  return *this;
}

DataFrameReader& DataFrameReader::options(const std::map<std::string, std::string>& options) {
  for (const auto& [name, value] : options) option(name, value);
  return *this;
}

DataFrame DataFrameReader::load() { return load(std::vector<std::string>{}); }

DataFrame DataFrameReader::load(std::string_view path) {
  return load(std::vector<std::string>{std::string(path)});
}

DataFrame DataFrameReader::load(const std::vector<std::string>& paths) {
  plan::relation::DataSource source;
  if (!format_.empty()) source.format = format_;
  source.schema = schema_;
  source.options = options_;
  source.paths = paths;
  return session::MakeDataFrame(
      session_, plan::MakeRelation(plan::relation::Read{std::move(source), false}));
}

DataFrame DataFrameReader::table(std::string_view name) {
  return session::MakeDataFrame(
      session_, plan::MakeRelation(plan::relation::Read{
                    plan::relation::NamedTable{std::string(name), options_}, false}));
}

DataFrameWriter::DataFrameWriter(DataFrame df) : df_(std::move(df)) {}

DataFrameWriter& DataFrameWriter::format(std::string_view name) {
  format_ = name;
  return *this;
}

DataFrameWriter& DataFrameWriter::mode(std::string_view mode) {
  SaveModeOf(std::string(mode));
  mode_ = mode;
  return *this;
}

DataFrameWriter& DataFrameWriter::partitionBy(const std::vector<std::string>& columns) {
  partition_columns_ = columns;
  return *this;
}

DataFrameWriter& DataFrameWriter::option(std::string_view name, const OptionValue& value) {
  connector::Options merged(options_);
  merged.Set(name, value.text());
  options_ = merged.All();
  return *this;
}

void DataFrameWriter::save() { Run(std::nullopt, std::nullopt, false); }
void DataFrameWriter::save(std::string_view path) { Run(std::string(path), std::nullopt, false); }
void DataFrameWriter::saveAsTable(std::string_view name) {
  Run(std::nullopt, std::string(name), false);
}
void DataFrameWriter::insertInto(std::string_view name) {
  Run(std::nullopt, std::string(name), true);
}

void DataFrameWriter::Run(std::optional<std::string> path, std::optional<std::string> table,
                          bool insert_into) {
  plan::command::WriteOperation write;
  write.input = df_.state()->relation;
  if (!format_.empty()) write.format = format_;
  write.mode = SaveModeOf(mode_);
  write.path = std::move(path);
  write.table = std::move(table);
  write.insert_into = insert_into;
  write.partition_columns = partition_columns_;
  write.options = options_;
  session::ThrowIfError(
      df_.state()->session->RunCommand(plan::Command{std::move(write)}, {}).status());
}

}  // namespace millrace
