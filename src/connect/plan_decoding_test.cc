#include "connect/plan_decoding.h"

#include <gtest/gtest.h>
#include <zstd.h>

namespace millrace::connect {
namespace {

namespace pb = spark::connect;

pb::Plan Compressed(const std::string& bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1));
  pb::Plan plan;
  plan.mutable_compressed_operation()->set_data(out);
  plan.mutable_compressed_operation()->set_op_type(
      pb::Plan::CompressedOperation::OP_TYPE_RELATION);
  plan.mutable_compressed_operation()->set_compression_codec(pb::COMPRESSION_CODEC_ZSTD);
  return plan;
}

std::string ConditionOf(const pb::Plan& plan) {
  return Unpacked(plan).status().spark_error().condition;
}

TEST(CompressedPlans, AreUnpacked) {
  pb::Relation relation;
  relation.mutable_range()->set_end(42);
  const auto plan = Unpacked(Compressed(relation.SerializeAsString()));
  ASSERT_TRUE(plan.ok()) << plan.status().ToString();
  EXPECT_EQ(plan->root().range().end(), 42);
}

TEST(CompressedPlans, DamagedOnesAreRefused) {
  pb::Relation relation;
  relation.mutable_sql()->set_query(std::string(5000, 'q'));
  pb::Plan plan = Compressed(relation.SerializeAsString());
  std::string* data = plan.mutable_compressed_operation()->mutable_data();
  data->resize(data->size() - 3);
  EXPECT_EQ(ConditionOf(plan), "CONNECT_INVALID_PLAN.CANNOT_PARSE");
  *data = "no zstd at all";
  EXPECT_EQ(ConditionOf(plan), "CONNECT_INVALID_PLAN.CANNOT_PARSE");
  data->clear();
  EXPECT_EQ(ConditionOf(plan), "CONNECT_INVALID_PLAN.CANNOT_PARSE");
  EXPECT_EQ(ConditionOf(Compressed("\x0f")), "CONNECT_INVALID_PLAN.CANNOT_PARSE");
}

TEST(CompressedPlans, AreNotNestedWithoutEnd) {
  pb::Relation relation;
  relation.mutable_range()->set_end(1);
  for (int i = 0; i < 2000; ++i) {
    pb::Relation outer;
    outer.mutable_limit()->mutable_input()->Swap(&relation);
    relation.Swap(&outer);
  }
  EXPECT_EQ(ConditionOf(Compressed(relation.SerializeAsString())),
            "CONNECT_INVALID_PLAN.CANNOT_PARSE");
}

TEST(UnknownFields, AreRefusedWhereverTheyAre) {
  pb::Plan plan;
  plan.mutable_root()->mutable_limit()->mutable_input()->mutable_range()->set_end(1);
  EXPECT_TRUE(RefuseUnknownFields(plan).ok());
  pb::Range* range = plan.mutable_root()->mutable_limit()->mutable_input()->mutable_range();
  range->GetReflection()->MutableUnknownFields(range)->AddVarint(77, 1);
  const base::Status status = RefuseUnknownFields(plan);
  EXPECT_EQ(status.code(), base::StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("field 77 of spark.connect.Range"), std::string::npos);
}

}  // namespace
}  // namespace millrace::connect
