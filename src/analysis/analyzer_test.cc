#include "analysis/analyzer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/schema_text.h"
#include "plan/plan.h"

namespace millrace::analysis {
namespace {

using plan::Alias;
using plan::Cast;
using plan::Column;
using plan::Function;
using plan::Literal;
using plan::RelationPtr;
using ::testing::HasSubstr;

StructType Columns(std::string_view ddl) { return data::ParseTableSchema(ddl).value(); }

class KafkaCatalog : public SourceCatalog {
 public:
  base::Result<StructType> SourceSchema(const std::string& format,
                                        const std::map<std::string, std::string>& options,
                                        const std::optional<StructType>&) const override {
    if (format != "kafka") return base::Status::NotFound("no such format: " + format);
    if (!options.contains("subscribe")) return base::Status::InvalidArgument("no topic");
    return StructType()
        .add("key", BinaryType())
        .add("value", BinaryType())
        .add("topic", StringType())
        .add("partition", IntegerType())
        .add("offset", LongType())
        .add("timestamp", TimestampType())
        .add("timestampType", IntegerType());
  }
};

class AnalyzerTest : public ::testing::Test {
 protected:
  AnalyzerTest() { context_.sources = &catalog_; }

  static RelationPtr Kafka() { return plan::ReadStream("kafka", {{"subscribe", "events"}}); }
  // The query of the README.
  static RelationPtr Events() {
    const auto schema = StructType().add("user_id", LongType()).add("event_type", StringType());
    const auto json =
        Function("from_json", {Cast(Column("value"), StringType()), Literal(schema.json())});
    RelationPtr data =
        plan::Select(plan::Select(Kafka(), {Alias(json, "data")}), {Column("data.*")});
    return plan::Where(plan::WithColumn(data, "ingestion_time", Function("current_timestamp", {})),
                       Function("!=", {Column("event_type"), Literal("test")}));
  }
  base::Result<plan::ResolvedQuery> Run(const RelationPtr& relation) {
    return Analyze(relation, context_);
  }
  std::string ConditionOf(const RelationPtr& relation) {
    const auto query = Run(relation);
    return query.ok() ? "" : query.status().spark_error().condition;
  }

  KafkaCatalog catalog_;
  AnalysisContext context_;
};

/// A stream of files; batches of the formats "files", "delta" and "kept".
class FileCatalog : public SourceCatalog {
 public:
  static StructField Metadata() {
    const auto fields = Columns(
        "file_path STRING NOT NULL, file_name STRING NOT NULL, file_size BIGINT NOT NULL, "
        "file_block_start BIGINT NOT NULL, file_block_length BIGINT NOT NULL");
    return {"_metadata", fields, false, "{}"};
  }
  base::Result<StructType> SourceSchema(const std::string&,
                                        const std::map<std::string, std::string>&,
                                        const std::optional<StructType>&) const override {
    return Columns("id BIGINT");
  }
  std::optional<StructField> MetadataColumn(const plan::StreamSource& source) const override {
    const bool has_files = source.format == "files" || source.format == "delta";
    return has_files ? std::optional(Metadata()) : std::nullopt;
  }
  bool IsResult(const plan::StreamSource& source) const override {
    return source.format == "kept";
  }
  base::Result<plan::StreamSource> BatchSource(
      const plan::relation::DataSource& source) const override {
    ++opened;
    plan::StreamSource made;
    made.format = source.format.value_or("");
    made.schema = Columns("id BIGINT");
    return made;
  }
  mutable int opened = 0;
};

class FileAnalyzerTest : public AnalyzerTest {
 protected:
  FileAnalyzerTest() { context_.sources = &files_; }
  static RelationPtr Read(const std::string& format) {
    plan::relation::DataSource source;
    source.format = format;
    return plan::MakeRelation(plan::relation::Read{std::move(source), false});
  }
  static RelationPtr Named(RelationPtr relation) {
    return plan::Select(std::move(relation), {Function("input_file_name", {})});
  }
  std::string Plan(const RelationPtr& relation) {
    const auto query = Run(relation);
    return query.ok() ? plan::TreeText(*query->root) : query.status().message();
  }
  FileCatalog files_;
};

TEST_F(FileAnalyzerTest, OnlyQueriesThatNameItHaveTheMetadataInTheirPlans) {
  const std::string plain = Plan(plan::Select(Read("files"), {Column("id")}));
  EXPECT_THAT(plain, ::testing::Not(HasSubstr("_metadata")));
  EXPECT_EQ(files_.opened, 1);
  const auto query = Run(plan::Select(Read("files"), {Column("_metadata.file_name")}));
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  EXPECT_EQ(query->schema().toDDL(), "file_name STRING NOT NULL");
  EXPECT_THAT(plan::TreeText(*query->root), HasSubstr("source 0, [id, _metadata]"));
  // Behind a filter on it the columns are what they were.
  EXPECT_EQ(Run(plan::Where(Read("files"), Function(">", {Column("_metadata.file_size"), Literal(1)})))
                ->schema()
                .toDDL(),
            "id BIGINT");
  EXPECT_EQ(ConditionOf(plan::Select(Read("other"), {Column("_metadata")})),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST_F(FileAnalyzerTest, MetadataOfStreams) {
  const auto query =
      Run(plan::Select(plan::ReadStream("files", {}), {Column("id"), Column("_metadata")}));
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  EXPECT_EQ(query->schema()[1].name, "_metadata");
  EXPECT_TRUE(CheckRunnable(*query).ok());
}

// What Spark says depends on how it runs a query: it may be broadcast or shuffled.
TEST_F(FileAnalyzerTest, TheFileOfARowIsRefusedWhereSparkIsUncertain) {
  plan::relation::SetOperation both;
  both.left = Read("files");
  both.right = Read("other");
  both.type = plan::relation::SetOperation::Type::kUnion;
  both.is_all = true;
  EXPECT_THAT(Plan(Named(plan::MakeRelation(both))),
              HasSubstr("input_file_name() over a join, a union or a window. Call it in a column"));
  EXPECT_THAT(Plan(Named(Read("kept"))), HasSubstr("over the rows of foreachBatch. Call it in a column of the stream."));
  EXPECT_THAT(Plan(Named(Read("other"))), HasSubstr("Project [input_file_name()]\n"));
}

TEST_F(FileAnalyzerTest, DeltaNamesItsFilesInItsOwnWay) {
  const auto call = [&](const char* format) {
    const auto query = Run(Named(Read(format)));
    const auto& project = std::get<plan::Project>(query->root->node);
    return std::get<plan::Call>(project.expressions[0]->node);
  };
  EXPECT_EQ(call("files").options.size(), 0u);
  EXPECT_EQ(call("delta").options.count("as_is"), 1u);
  EXPECT_EQ(call("delta").args.size(), 1u);
  EXPECT_EQ(call("other").args.size(), 0u);
}

TEST_F(AnalyzerTest, MainQueryResolves) {
  const auto query = Run(Events());
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  EXPECT_TRUE(query->is_streaming);
  EXPECT_EQ(query->schema().toDDL(),
            "user_id BIGINT,event_type STRING,ingestion_time TIMESTAMP NOT NULL");
  ASSERT_EQ(query->sources.size(), 1u);
  EXPECT_EQ(query->sources[0].format, "kafka");
  EXPECT_EQ(plan::TreeText(*query->root),
            "Filter (NOT (event_type = test))\n"
            "+- Project [user_id, event_type, current_timestamp() AS ingestion_time]\n"
            "   +- Project [data.user_id AS user_id, data.event_type AS event_type]\n"
            "      +- Project [from_json(CAST(value AS STRING)) AS data]\n"
            "         +- StreamingRelation source 0, [key, value, topic, partition, offset, "
            "timestamp, timestampType]\n");
}

TEST_F(AnalyzerTest, MainQueryIsBoundToPositions) {
  const auto query = Run(Events());
  ASSERT_TRUE(query.ok());
  const auto& filter = std::get<plan::Filter>(query->root->node);
  const auto& negation = std::get<plan::Call>(filter.condition->node);
  ASSERT_EQ(negation.function, "not");
  const auto& equal = std::get<plan::Call>(negation.args[0]->node);
  ASSERT_EQ(equal.function, "=");
  EXPECT_EQ(std::get<plan::ColumnRef>(equal.args[0]->node).index, 1);
  EXPECT_EQ(std::get<plan::Constant>(equal.args[1]->node).value, data::Value::Bytes("test"));
}

TEST_F(AnalyzerTest, AutomaticNameIsThePrettyText) {
  const auto query = Run(plan::Select(
      Kafka(), {Function("from_json", {Cast(Column("value"), "string"), Literal("a INT")})}));
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  EXPECT_EQ(query->schema()[0].name, "from_json(CAST(value AS STRING))");
}

TEST_F(AnalyzerTest, WhatIsNotThereIsRefusedByName) {
  plan::relation::AsOfJoin join;
  join.left = Kafka();
  join.right = Kafka();
  const auto query = Run(plan::MakeRelation(join));
  ASSERT_FALSE(query.ok());
  EXPECT_EQ(query.status().code(), base::StatusCode::kUnsupported);
  EXPECT_THAT(query.status().message(), HasSubstr("An as-of join. Use a join and a window"));
  const auto call = Run(plan::Select(Kafka(), {Function("sentences", {})}));
  ASSERT_FALSE(call.ok());
  EXPECT_EQ(call.status().code(), base::StatusCode::kUnsupported);
  EXPECT_THAT(call.status().message(), HasSubstr("`sentences`"));
  EXPECT_EQ(ConditionOf(plan::Select(Kafka(), {Function("regexp_replaced", {})})),
            "UNRESOLVED_ROUTINE");
}

TEST_F(AnalyzerTest, SourceFailureIsTheFailure) {
  const auto query = Run(plan::ReadStream("kafka", {}));
  EXPECT_EQ(query.status().message(), "no topic");
}

TEST_F(AnalyzerTest, AnsiOffTakesTheLegacyRules) {
  const auto sum = Function("+", {Column("topic"), Column("partition")});
  const auto type_of = [&](const plan::ExpressionPtr& expression) {
    const auto query = Run(plan::Select(Kafka(), {expression}));
    return query.ok() ? query->schema()[0].dataType.simpleString() : query.status().ToString();
  };
  const auto either = Function("coalesce", {Column("topic"), Column("partition")});
  EXPECT_EQ(type_of(sum), "bigint");
  EXPECT_EQ(type_of(either), "bigint");
  context_.ansi = false;
  EXPECT_EQ(type_of(sum), "double");
  EXPECT_EQ(type_of(either), "string");
  const auto query = Run(plan::Select(Kafka(), {Cast(Column("topic"), IntegerType())}));
  const auto& project = std::get<plan::Project>(query->root->node);
  EXPECT_EQ(std::get<plan::CastTo>(project.expressions[0]->node).mode, plan::EvalMode::kLegacy);
}

TEST_F(AnalyzerTest, CaseSensitiveNamesWhenTheSessionSaysSo) {
  EXPECT_EQ(ConditionOf(plan::Select(Kafka(), {Column("TOPIC")})), "");
  context_.case_sensitive = true;
  EXPECT_EQ(ConditionOf(plan::Select(Kafka(), {Column("TOPIC")})),
            "UNRESOLVED_COLUMN.WITH_SUGGESTION");
}

TEST_F(AnalyzerTest, PlanIdFindsTheColumnOfThatRelation) {
  const auto base = plan::MakeRelation(Kafka()->node, 7);
  const auto by_plan = [](const char* name, int plan_id) {
    return plan::MakeExpression(plan::expression::UnresolvedAttribute{name, plan_id, false});
  };
  const auto twice = plan::Select(base, {Column("topic"), Alias(Column("key"), "topic")});
  EXPECT_EQ(ConditionOf(plan::Select(twice, {Column("topic")})), "AMBIGUOUS_REFERENCE");
  const auto query = Run(plan::Select(twice, {by_plan("topic", 7)}));
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  EXPECT_EQ(query->schema().toDDL(), "topic STRING");
  EXPECT_EQ(ConditionOf(plan::Select(twice, {by_plan("offset", 7)})),
            "CANNOT_RESOLVE_DATAFRAME_COLUMN");
  EXPECT_EQ(ConditionOf(plan::Select(twice, {by_plan("topic", 8)})),
            "CANNOT_RESOLVE_DATAFRAME_COLUMN");
}

TEST_F(AnalyzerTest, DeepExpressionsAreRefusedAndDoNotCrash) {
  const auto sum_of = [](int terms) {
    plan::ExpressionPtr sum = Column("offset");
    for (int i = 1; i < terms; ++i) sum = Function("+", {sum, Literal(1)});
    return sum;
  };
  EXPECT_EQ(ConditionOf(plan::Select(Kafka(), {sum_of(400)})), "");
  EXPECT_EQ(Run(plan::Select(Kafka(), {sum_of(2500)})).status().code(),
            base::StatusCode::kUnsupported);
}

TEST_F(AnalyzerTest, LongChainsOfRelationsResolve) {
  RelationPtr relation = Kafka();
  for (int i = 0; i < 3000; ++i) relation = plan::WithColumn(relation, "x", Literal(i));
  const auto query = Run(relation);
  ASSERT_TRUE(query.ok()) << query.status().ToString();
  EXPECT_EQ(query->schema().size(), 8u);
}

TEST_F(AnalyzerTest, ImpossibleDecimalsAreRefused) {
  const auto cast = [](const DataType& type) {
    return plan::Select(Kafka(), {Cast(Column("offset"), type)});
  };
  EXPECT_EQ(ConditionOf(cast(DecimalType(38, 2))), "");
  EXPECT_EQ(ConditionOf(cast(DecimalType(39, 2))), "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION");
  EXPECT_EQ(ConditionOf(cast(ArrayType(DecimalType(39, 2)))),
            "DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION");
  EXPECT_EQ(Run(cast(DecimalType(5, 6))).status().message(),
            "Decimal scale (6) cannot be greater than precision (5).");
}

TEST_F(AnalyzerTest, OutputModes) {
  const auto query = Run(Events());
  ASSERT_TRUE(query.ok());
  EXPECT_TRUE(CheckOutputMode(*query, "Append").ok());
  EXPECT_TRUE(CheckOutputMode(*query, "update").ok());
  EXPECT_EQ(CheckOutputMode(*query, "complete").message(),
            "[STREAMING_OUTPUT_MODE.UNSUPPORTED_OPERATION] Invalid streaming output mode: "
            "complete. This output mode is not supported for no streaming aggregations on "
            "streaming DataFrames/DataSets. SQLSTATE: 42KDE");
  EXPECT_EQ(CheckOutputMode(*query, "nope").message(),
            "[STREAMING_OUTPUT_MODE.INVALID] Invalid streaming output mode: nope. Accepted output "
            "modes are 'Append', 'Complete', 'Update'. SQLSTATE: 42KDE");
  EXPECT_EQ(CheckOutputMode(*query, "nope").spark_error().exception_class,
            "IllegalArgumentException");
}

TEST_F(AnalyzerTest, DuplicateNamesOnWrite) {
  EXPECT_TRUE(CheckColumnNamesForWrite(Columns("a INT, b INT")).ok());
  const auto flat = CheckColumnNamesForWrite(Columns("a INT, A INT"));
  EXPECT_EQ(flat.message(),
            "[COLUMN_ALREADY_EXISTS] The column `a` already exists. Choose another name or rename "
            "the existing column. SQLSTATE: 42711");
  const auto nested = CheckColumnNamesForWrite(Columns("s ARRAY<STRUCT<x: INT, X: INT>>"));
  EXPECT_EQ(nested.spark_error().condition, "COLUMN_ALREADY_EXISTS");
  EXPECT_TRUE(CheckColumnNamesForWrite(Columns("a INT, A INT"), true).ok());
}

TEST_F(AnalyzerTest, WhatOnlyARunFindsIsToldAtTheStart) {
  const auto parse = [](const char* schema, std::vector<plan::ExpressionPtr> options) {
    return plan::Select(Kafka(),
                        {Function("from_json", {Cast(Column("value"), "string"), Literal(schema),
                                                Function("map", std::move(options))})});
  };
  const auto check = [&](const RelationPtr& relation) {
    const auto query = Run(relation);
    return query.ok() ? CheckRunnable(*query) : query.status();
  };
  EXPECT_TRUE(check(parse("a INT", {Literal("MODE"), Literal("failfast")})).ok());
  EXPECT_EQ(check(parse("a INT", {Literal("mode"), Literal("DROPMALFORMED")})).message(),
            "[PARSE_MODE_UNSUPPORTED] The function `from_json` doesn't support the DROPMALFORMED "
            "mode. Acceptable modes are PERMISSIVE and FAILFAST. SQLSTATE: 42601");
  EXPECT_EQ(check(parse("a INT, bad INT", {Literal("columnNameOfCorruptRecord"), Literal("bad")}))
                .message(),
            "[INVALID_CORRUPT_RECORD_TYPE] The column `bad` for corrupt records must have the "
            "nullable STRING type, but got \"INT\". SQLSTATE: 42804");
}

TEST_F(AnalyzerTest, LambdasBelongToHigherOrderFunctions) {
  const auto body = plan::MakeExpression(plan::expression::NamedLambdaVariable{{"x"}});
  const auto lambda = plan::MakeExpression(
      plan::expression::LambdaFunction{body, {plan::expression::NamedLambdaVariable{{"x"}}}});
  EXPECT_EQ(ConditionOf(plan::Select(Kafka(), {Function("upper", {lambda})})),
            "INVALID_LAMBDA_FUNCTION_CALL.NON_HIGHER_ORDER_FUNCTION");
}

}  // namespace
}  // namespace millrace::analysis
