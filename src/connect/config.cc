#include "connect/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "connect/refusals.h"

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

struct Default {
  std::string_view key;
  std::string_view value;
};

// What clients ask for and the engine itself has no use for, with the defaults of Spark 4.2, but that there are no
// stack traces of a JVM to show.
constexpr Default kClientDefaults[] = {
    {"spark.connect.session.planCompression.defaultAlgorithm", "ZSTD"},
    {"spark.connect.session.planCompression.threshold", "10485760"},
    {"spark.connect.session.resultChunking.maxChunkSize", "120795955"},
    {"spark.python.sql.dataFrameDebugging.enabled", "true"},
    {"spark.sql.ansi.enabled", "true"},
    {"spark.sql.artifact.isolation.alwaysApplyClassloader", "false"},
    {"spark.sql.artifact.isolation.enabled", "true"},
    {"spark.sql.caseSensitive", "false"},
    {"spark.sql.connect.serverStacktrace.enabled", "false"},
    {"spark.sql.execution.arrow.maxRecordsPerBatch", "10000"},
    {"spark.sql.execution.arrow.pyspark.enabled", "true"},
    {"spark.sql.execution.arrow.pyspark.fallback.enabled", "true"},
    {"spark.sql.execution.arrow.pyspark.selfDestruct.enabled", "false"},
    {"spark.sql.execution.arrow.useLargeVarTypes", "false"},
    {"spark.sql.execution.pandas.convertToArrowArraySafely", "false"},
    {"spark.sql.execution.pandas.inferPandasDictAsMap", "false"},
    {"spark.sql.execution.pandas.structHandlingMode", "legacy"},
    {"spark.sql.execution.pyspark.binaryAsBytes", "true"},
    {"spark.sql.execution.pyspark.udf.faulthandler.enabled", "false"},
    {"spark.sql.execution.pythonUDF.arrow.enabled", "false"},
    {"spark.sql.execution.pythonUDTF.arrow.enabled", "false"},
    {"spark.sql.leafNodeDefaultParallelism", "2"},
    {"spark.sql.pyspark.inferNestedDictAsStruct.enabled", "false"},
    {"spark.sql.pyspark.jvmStacktrace.enabled", "false"},
    {"spark.sql.pyspark.legacy.inferArrayTypeFromFirstElement.enabled", "false"},
    {"spark.sql.pyspark.legacy.inferMapTypeFromFirstPair.enabled", "false"},
    {"spark.sql.repl.eagerEval.enabled", "false"},
    {"spark.sql.repl.eagerEval.maxNumRows", "20"},
    {"spark.sql.repl.eagerEval.truncate", "20"},
    {"spark.sql.session.localRelationBatchOfChunksSizeBytes", "1073741824"},
    {"spark.sql.session.localRelationCacheThreshold", "1048576"},
    {"spark.sql.session.localRelationChunkSizeBytes", "16777216"},
    {"spark.sql.session.localRelationChunkSizeRows", "10000"},
    {"spark.sql.session.localRelationSizeLimit", "3221225472"},
    {"spark.sql.timestampType", "TIMESTAMP_LTZ"},
};

// Fixed when a Spark application starts.
constexpr std::string_view kStatic[] = {
    "spark.sql.catalogImplementation", "spark.sql.extensions", "spark.sql.globalTempDatabase",
    "spark.sql.warehouse.dir",
};

bool IsStatic(std::string_view key) {
  return std::ranges::find(kStatic, key) != std::end(kStatic);
}

std::optional<std::string> Look(const session::Conf& conf, const std::string& key) {
  if (auto value = conf.Get(key)) return value;
  for (const Default& entry : kClientDefaults) {
    if (entry.key == key) return std::string(entry.value);
  }
  return std::nullopt;
}

base::Status NotFound(const std::string& key) {
  return base::Status::NotFound(
             fmt::format("[SQL_CONF_NOT_FOUND] The SQL config \"{}\" cannot be found. Please verify "
                         "that the config exists. SQLSTATE: 42K0I", key))
      .WithSparkError({"SparkNoSuchElementException",
                       "SQL_CONF_NOT_FOUND",
                       "42K0I",
                       {{"sqlConf", '"' + key + '"'}}});
}

base::Status RefuseStatic(const std::string& key) {
  if (!IsStatic(key)) return base::Status::Ok();
  return base::Status::InvalidArgument(
             fmt::format("[CANNOT_MODIFY_STATIC_CONFIG] Cannot modify the value of the static Spark "
                         "config: \"{}\". SQLSTATE: 46110", key))
      .WithSparkError({"AnalysisException",
                       "CANNOT_MODIFY_STATIC_CONFIG",
                       "46110",
                       {{"key", '"' + key + '"'}}});
}

void AddPair(const std::string& key, const std::optional<std::string>& value,
             pb::ConfigResponse* response) {
  auto* pair = response->add_pairs();
  pair->set_key(key);
  if (value) pair->set_value(*value);
}

base::Status SetOne(const pb::KeyValue& pair, session::Conf* conf) {
  MILLRACE_RETURN_IF_ERROR(RefuseStatic(pair.key()));
  if (!pair.has_value()) return InvalidPlan("the setting " + pair.key() + " has no value");
  return conf->Set(pair.key(), pair.value());
}

base::Status Set(const pb::ConfigRequest::Set& set, session::Conf* conf,
                 pb::ConfigResponse* response) {
  for (const auto& pair : set.pairs()) {
    const base::Status status = SetOne(pair, conf);
    if (!status.ok() && !set.silent()) return status;
    if (!status.ok()) response->add_warnings(status.message());
    AddPair(pair.key(), pair.value(), response);
  }
  return base::Status::Ok();
}

base::Status GetAll(const pb::ConfigRequest::GetAll& get, const session::Conf& conf,
                    pb::ConfigResponse* response) {
  std::map<std::string, std::string> all;
  for (const Default& entry : kClientDefaults) all[std::string(entry.key)] = entry.value;
  for (auto& [key, value] : conf.All()) all[key] = value;
  for (const auto& [key, value] : all) {
    if (!get.has_prefix()) {
      AddPair(key, value, response);
    } else if (key.starts_with(get.prefix())) {
      // As Spark: without the prefix.
      AddPair(key.substr(get.prefix().size()), value, response);
    }
  }
  return base::Status::Ok();
}

}  // namespace

base::Status RunConfig(const pb::ConfigRequest::Operation& operation, session::Conf* conf,
                       pb::ConfigResponse* response) {
  using Operation = pb::ConfigRequest::Operation;
  switch (operation.op_type_case()) {
    case Operation::kSet:
      return Set(operation.set(), conf, response);
    case Operation::kGet:
      for (const auto& key : operation.get().keys()) {
        const auto value = Look(*conf, key);
        if (!value) return NotFound(key);
        AddPair(key, value, response);
      }
      return base::Status::Ok();
    case Operation::kGetWithDefault:
      for (const auto& pair : operation.get_with_default().pairs()) {
        auto value = Look(*conf, pair.key());
        if (!value && pair.has_value()) value = pair.value();
        AddPair(pair.key(), value, response);
      }
      return base::Status::Ok();
    case Operation::kGetOption:
      for (const auto& key : operation.get_option().keys()) {
        AddPair(key, Look(*conf, key), response);
      }
      return base::Status::Ok();
    case Operation::kGetAll:
      return GetAll(operation.get_all(), *conf, response);
    case Operation::kUnset:
      for (const auto& key : operation.unset().keys()) {
        MILLRACE_RETURN_IF_ERROR(RefuseStatic(key));
        conf->Unset(key);
        AddPair(key, std::nullopt, response);
      }
      return base::Status::Ok();
    case Operation::kIsModifiable:
      for (const auto& key : operation.is_modifiable().keys()) {
        const bool modifiable = Look(*conf, key).has_value() && key.starts_with("spark.sql.") &&
                                !IsStatic(key);
        AddPair(key, modifiable ? "true" : "false", response);
      }
      return base::Status::Ok();
    case Operation::OP_TYPE_NOT_SET:
      break;
  }
  return InvalidPlan("a config call asks for nothing that this server knows");
}

}  // namespace millrace::connect
