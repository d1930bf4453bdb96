#include "clients/delta/table_features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::clients::delta {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

Protocol Modern(std::vector<std::string> readers, std::vector<std::string> writers) {
  return Protocol{3, 7, std::move(readers), std::move(writers)};
}

TEST(TableFeatures, OldVersionsImplyThem) {
  const Protocol old{1, 4, std::nullopt, std::nullopt};
  EXPECT_TRUE(IsFeatureSupported(old, "appendOnly"));
  EXPECT_TRUE(IsFeatureSupported(old, "generatedColumns"));
  EXPECT_FALSE(IsFeatureSupported(old, "columnMapping"));
  EXPECT_FALSE(IsFeatureSupported(Modern({}, {}), "appendOnly"));
}

TEST(TableFeatures, WhatIsUnknownIsNamed) {
  const auto read = CheckReadable(Modern({"catalogManaged", "columnMapping"}, {}), "/t");
  EXPECT_EQ(read.spark_error().condition, "DELTA_UNSUPPORTED_FEATURES_FOR_READ");
  EXPECT_THAT(read.message(), HasSubstr("table \"/t\" requires reader table feature(s) that are "
                                        "unsupported by Delta Lake \"Millrace/"));
  EXPECT_EQ(read.spark_error().parameters.at("unsupported"), "catalogManaged");
  const auto write = CheckAppendable(Modern({}, {"liquid", "appendOnly", "icebergCompatV2"}),
                                     Metadata(), StructType(), "/t");
  EXPECT_EQ(write.spark_error().parameters.at("unsupported"), "liquid, icebergCompatV2");
  EXPECT_EQ(CheckReadable({4, 7, {}, {}}, "/t").spark_error().condition,
            "DELTA_INVALID_PROTOCOL_VERSION");
}

TEST(TableFeatures, WhatWeHonourIsTaken) {
  const Protocol all = Modern(
      {"columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck",
       "typeWidening"},
      {"columnMapping", "deletionVectors", "timestampNtz", "v2Checkpoint", "vacuumProtocolCheck",
       "typeWidening", "appendOnly", "invariants", "checkConstraints", "changeDataFeed",
       "generatedColumns", "identityColumns", "allowColumnDefaults", "domainMetadata",
       "rowTracking", "clustering", "inCommitTimestamp", "checkpointProtection"});
  EXPECT_TRUE(CheckAppendable(all, Metadata(), StructType().add("a", LongType()), "/t").ok());
}

TEST(TableFeatures, UseOfThemInNestedColumnsIsSeen) {
  const StructType inner =
      StructType().add("g", LongType(), true, R"({"delta.generationExpression":"a + 1"})");
  const StructType schema = StructType()
                                .add("a", ArrayType(inner))
                                .add("v", ArrayType(StringType()), true,
                                     R"x({"__CHAR_VARCHAR_TYPE_STRING":"array<varchar(3)>"})x");
  const auto status = CheckAppendable({1, 4, {}, {}}, Metadata(), schema, "/t");
  EXPECT_EQ(status.spark_error().parameters.at("unsupported"), "generatedColumns, charVarchar");
  EXPECT_THAT(status.message(), HasSubstr("column `a.element.g` is generated"));
}

TEST(ProtocolFor, RaisedOnlyOnDemandWithTheOlderFeatures) {
  const StructType plain = StructType().add("a", LongType());
  const StructType ntz = StructType().add("a", ArrayType(TimestampNTZType()));
  EXPECT_EQ(ProtocolFor(plain, Protocol(), "/t").value(), Protocol());
  const Protocol raised = ProtocolFor(ntz, Protocol{2, 5, {}, {}}, "/t").value();
  EXPECT_EQ(raised.min_reader_version, 3);
  EXPECT_EQ(raised.min_writer_version, 7);
  EXPECT_THAT(*raised.reader_features, UnorderedElementsAre("timestampNtz", "columnMapping"));
  EXPECT_THAT(*raised.writer_features,
              UnorderedElementsAre("timestampNtz", "appendOnly", "invariants", "checkConstraints",
                                   "changeDataFeed", "generatedColumns", "columnMapping"));
  const Protocol later = ProtocolFor(ntz, Modern({}, {"appendOnly"}), "/t").value();
  EXPECT_THAT(*later.writer_features, ElementsAre("appendOnly", "timestampNtz"));
}

}  // namespace
}  // namespace millrace::clients::delta
