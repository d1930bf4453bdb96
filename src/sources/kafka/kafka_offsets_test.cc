#include "sources/kafka/kafka_offsets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::sources::kafka {
namespace {

using ::testing::ElementsAre;

TEST(KafkaOffsetsTest, TheTextIsCompactAndAscendingByNumber) {
  const Offsets offsets = {{{"b", 0}, 0}, {{"a", 10}, 7}, {{"a", 2}, 5}};
  EXPECT_EQ(FormatOffsets(offsets), R"({"a":{"2":5,"10":7},"b":{"0":0}})");
  EXPECT_EQ(FormatOffsets({}), "{}");
}

TEST(KafkaOffsetsTest, AnyOrderAndSpacingIsRead) {
  const auto offsets =
      ParseOffsets(R"( { "b" : {"0":0} , "a":{"10":7 , "2": 9223372036854775807} } )");
  ASSERT_TRUE(offsets.ok()) << offsets.status().ToString();
  EXPECT_EQ(*offsets, (Offsets{{{"a", 2}, 9223372036854775807}, {{"a", 10}, 7}, {{"b", 0}, 0}}));
  EXPECT_TRUE(ParseOffsets("{}").value().empty());
}

TEST(KafkaOffsetsTest, AnyTopicNameIsWrittenAsJson) {
  const Offsets offsets = {{{"a\"\\\n\u00e9", 0}, 1}};
  EXPECT_EQ(FormatOffsets(offsets), "{\"a\\\"\\\\\\n\u00e9\":{\"0\":1}}");
  EXPECT_EQ(ParseOffsets(FormatOffsets(offsets)).value(), offsets);
}

TEST(KafkaOffsetsTest, OtherShapesAreRefusedWithSparksText) {
  for (const char* text :
       {"", "[]", "{\"t\":5}", "{\"t\":{\"x\":5}}", "{\"t\":{\"0\":\"5\"}}", "{\"t\":{\"0\":1.5}}",
        "{\"t\":{\"0\":9223372036854775808}}", "{\"t\":{\"-1\":5}}", "{\"t\":{\"0\":5}"}) {
    const auto offsets = ParseOffsets(text);
    EXPECT_EQ(offsets.status().code(), base::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(
        offsets.status().message(),
        R"(Expected e.g. {"topicA":{"0":23,"1":-1},"topicB":{"0":-2}}, got )" + std::string(text));
  }
}

TEST(KafkaOffsetsTest, PartitionListsKeepTheirOrder) {
  EXPECT_THAT(ParsePartitions(R"({"b":[2,0],"a":[1]})").value(),
              ElementsAre(TopicPartition{"b", 2}, TopicPartition{"b", 0}, TopicPartition{"a", 1}));
  EXPECT_EQ(ParsePartitions(R"({"b":0})").status().message(),
            R"(Expected e.g. {"topicA":[0,1],"topicB":[0,1]}, got {"b":0})");
}

TEST(KafkaOffsetsTest, SetsPrintAsInScala) {
  EXPECT_EQ(FormatSet({}), "Set()");
  EXPECT_EQ(FormatSet({{"t", 1}, {"t", 0}}), "Set(t-0, t-1)");
}

}  // namespace
}  // namespace millrace::sources::kafka
