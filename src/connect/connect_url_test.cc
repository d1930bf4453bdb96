#include "connect/connect_url.h"

#include <gtest/gtest.h>

namespace millrace::connect {
namespace {

TEST(ConnectUrl, ValuesAreEncoded) {
  EXPECT_EQ(LocalUrl(15002, ""), "sc://localhost:15002/");
  EXPECT_EQ(LocalUrl(15002, "aZ09-._~"), "sc://localhost:15002/;token=aZ09-._~");
  EXPECT_EQ(LocalUrl(1, "a/b+c=="), "sc://localhost:1/;token=a%2Fb%2Bc%3D%3D");
  EXPECT_EQ(WithParameter(LocalUrl(1, "t"), "user_id", "A;b \xC3\xBC%"),
            "sc://localhost:1/;token=t;user_id=A%3Bb%20%C3%BC%25");
  EXPECT_EQ(WithParameter("sc://localhost:1/", "user_id", ""), "sc://localhost:1/;user_id=");
}

}  // namespace
}  // namespace millrace::connect
