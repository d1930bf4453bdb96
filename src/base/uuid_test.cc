#include "base/uuid.h"

#include <set>

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

TEST(UuidTest, RandomHasVersionAndVariant) {
  Random random(7);
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string text = Uuid::Random(&random).ToString();
    ASSERT_EQ(text.size(), 36u);
    EXPECT_EQ(text[14], '4') << text;
    EXPECT_NE(std::string("89ab").find(text[19]), std::string::npos) << text;
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(UuidTest, SameSeedSameId) {
  Random first(3);
  Random second(3);
  EXPECT_EQ(Uuid::Random(&first), Uuid::Random(&second));
}

TEST(UuidTest, ParsesWhatItPrints) {
  const std::string text = "0f47ac10-58cc-4372-a567-0e02b2c3d479";
  const Result<Uuid> id = Uuid::Parse(text);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(id->ToString(), text);
  const Result<Uuid> upper = Uuid::Parse("0F47AC10-58CC-4372-A567-0E02B2C3D479");
  ASSERT_TRUE(upper.ok());
  EXPECT_EQ(*upper, *id);
}

TEST(UuidTest, RefusesOtherText) {
  for (const char* text :
       {"", "0f47ac10-58cc-4372-a567-0e02b2c3d47", "0f47ac10-58cc-4372-a567-0e02b2c3d4790",
        "0f47ac10058cc-4372-a567-0e02b2c3d479", "0f47ac10-58cc-4372-a567-0e02b2c3d47g",
        "-f47ac10-58cc-4372-a567-0e02b2c3d479"}) {
    const Result<Uuid> id = Uuid::Parse(text);
    ASSERT_FALSE(id.ok()) << text;
    EXPECT_EQ(id.status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(UuidTest, DefaultIsZero) {
  EXPECT_EQ(Uuid().ToString(), "00000000-0000-0000-0000-000000000000");
}

}  // namespace
}  // namespace millrace::base
