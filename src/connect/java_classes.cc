#include <string_view>

#include "connect/wire_errors.h"

namespace millrace::connect {
namespace {

struct JavaClass {
  std::string_view name;    ///< Simple name, as SparkError has it.
  std::string_view prefix;  ///< Package with its dot, or outer class with $.
  std::string_view parent;  ///< Simple name; empty: java.lang.Exception.
};

constexpr std::string_view kSpark = "org.apache.spark.";
constexpr std::string_view kSql = "org.apache.spark.sql.";
constexpr std::string_view kAnalysis = "org.apache.spark.sql.catalyst.analysis.";
constexpr std::string_view kDelta = "org.apache.spark.sql.delta.";
constexpr std::string_view kJava = "java.lang.";

// Sorted by package, then by name. A name that is not here is taken for one of Spark's that is a
// SparkException, or an AnalysisException when it ends so.
constexpr JavaClass kClasses[] = {
    {"ArithmeticException", kJava, "RuntimeException"},
    {"ArrayIndexOutOfBoundsException", kJava, "IndexOutOfBoundsException"},
    {"ClassNotFoundException", kJava, "ReflectiveOperationException"},
    {"IllegalArgumentException", kJava, "RuntimeException"},
    {"IllegalStateException", kJava, "RuntimeException"},
    {"IndexOutOfBoundsException", kJava, "RuntimeException"},
    {"InterruptedException", kJava, ""},
    {"NumberFormatException", kJava, "IllegalArgumentException"},
    {"ReflectiveOperationException", kJava, ""},
    {"RuntimeException", kJava, ""},
    {"UnsupportedOperationException", kJava, "RuntimeException"},
    {"FileNotFoundException", "java.io.", "IOException"},
    {"IOException", "java.io.", ""},
    {"SQLException", "java.sql.", ""},
    {"DateTimeException", "java.time.", "RuntimeException"},
    {"ConcurrentModificationException", "java.util.", "RuntimeException"},
    {"NoSuchElementException", "java.util.", "RuntimeException"},
    {"KafkaException", "org.apache.kafka.common.", "RuntimeException"},
    {"UnknownTopicOrPartitionException", "org.apache.kafka.common.errors.", "KafkaException"},

    {"SparkArithmeticException", kSpark, "ArithmeticException"},
    {"SparkArrayIndexOutOfBoundsException", kSpark, "ArrayIndexOutOfBoundsException"},
    {"SparkClassNotFoundException", kSpark, "ClassNotFoundException"},
    {"SparkConcurrentModificationException", kSpark, "ConcurrentModificationException"},
    {"SparkDateTimeException", kSpark, "DateTimeException"},
    {"SparkException", kSpark, ""},
    {"SparkFileNotFoundException", kSpark, "FileNotFoundException"},
    {"SparkIllegalArgumentException", kSpark, "IllegalArgumentException"},
    {"SparkIllegalStateException", kSpark, "IllegalStateException"},
    {"SparkNoSuchElementException", kSpark, "NoSuchElementException"},
    {"SparkNumberFormatException", kSpark, "NumberFormatException"},
    {"SparkRuntimeException", kSpark, "RuntimeException"},
    {"SparkSQLException", kSpark, "SQLException"},
    {"SparkSecurityException", kSpark, "RuntimeException"},
    {"SparkUnsupportedOperationException", kSpark, "UnsupportedOperationException"},
    {"SparkUpgradeException", kSpark, "RuntimeException"},
    {"PythonException", "org.apache.spark.api.python.", "RuntimeException"},
    {"StreamingPythonRunnerInitializationException",
     "org.apache.spark.api.python.StreamingPythonRunner$", "SparkException"},

    {"AnalysisException", kSql, ""},
    {"ExtendedAnalysisException", "org.apache.spark.sql.catalyst.", "AnalysisException"},
    {"ParseException", "org.apache.spark.sql.catalyst.parser.", "AnalysisException"},
    {"DatabaseAlreadyExistsException", kAnalysis, "NamespaceAlreadyExistsException"},
    {"NamespaceAlreadyExistsException", kAnalysis, "AnalysisException"},
    {"NoSuchDatabaseException", kAnalysis, "NoSuchNamespaceException"},
    {"NoSuchFunctionException", kAnalysis, "AnalysisException"},
    {"NoSuchNamespaceException", kAnalysis, "AnalysisException"},
    {"NoSuchTableException", kAnalysis, "AnalysisException"},
    {"TableAlreadyExistsException", kAnalysis, "AnalysisException"},
    {"TempTableAlreadyExistsException", kAnalysis, "TableAlreadyExistsException"},
    {"InvalidCommandInput", "org.apache.spark.sql.connect.common.", ""},
    {"InvalidPlanInput", "org.apache.spark.sql.connect.common.", ""},
    {"QueryExecutionException", "org.apache.spark.sql.execution.", ""},
    {"StreamingQueryException", "org.apache.spark.sql.streaming.", ""},
    {"KafkaIllegalStateException", "org.apache.spark.sql.kafka010.", "IllegalStateException"},

    {"ConcurrentTransactionException", "io.delta.exceptions.", "DeltaConcurrentModificationException"},
    {"DeltaConcurrentModificationException", "io.delta.exceptions.",
     "ConcurrentModificationException"},
    {"MetadataChangedException", "io.delta.exceptions.", "DeltaConcurrentModificationException"},
    {"ProtocolChangedException", "io.delta.exceptions.", "DeltaConcurrentModificationException"},
    {"DeltaAnalysisException", kDelta, "AnalysisException"},
    {"DeltaFileNotFoundException", kDelta, "FileNotFoundException"},
    {"DeltaIllegalArgumentException", kDelta, "IllegalArgumentException"},
    {"DeltaIllegalStateException", kDelta, "IllegalStateException"},
    {"DeltaRuntimeException", kDelta, "RuntimeException"},
    {"DeltaTableFeatureException", kDelta, "DeltaRuntimeException"},
    {"DeltaUnsupportedOperationException", kDelta, "UnsupportedOperationException"},
    {"DeltaUnsupportedTableFeatureException", kDelta, "DeltaTableFeatureException"},
    {"InvalidProtocolVersionException", kDelta, "RuntimeException"},
    {"DeltaInvariantViolationException", "org.apache.spark.sql.delta.schema.", "RuntimeException"},
};

const JavaClass* Find(std::string_view name) {
  for (const JavaClass& entry : kClasses) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

std::string_view ClassByCode(base::StatusCode code) {
  switch (code) {
    case base::StatusCode::kInvalidArgument:
      return "IllegalArgumentException";
    case base::StatusCode::kUnsupported:
      return "UnsupportedOperationException";
    case base::StatusCode::kCancelled:
      return "SparkSQLException";
    default:
      return "SparkException";
  }
}

}  // namespace

std::vector<std::string> JavaClassesOf(const base::Status& status) {
  std::string_view name = status.spark_error().exception_class;
  if (name.empty()) name = ClassByCode(status.code());
  std::vector<std::string> classes;
  const JavaClass* entry = Find(name);
  if (entry == nullptr) {
    const bool analysis = name.ends_with("AnalysisException");
    classes.push_back(std::string(analysis ? kSql : kSpark).append(name));
    entry = Find(analysis ? "AnalysisException" : "SparkException");
  }
  for (; entry != nullptr; entry = Find(entry->parent)) {
    classes.push_back(std::string(entry->prefix).append(entry->name));
  }
  for (const char* root : {"java.lang.Exception", "java.lang.Throwable", "java.lang.Object"}) {
    classes.emplace_back(root);
  }
  return classes;
}

}  // namespace millrace::connect
