// What recorded answers cannot say of regular expressions: that none hangs, and what is refused.

#include "processor/duckdb/java_regex.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace millrace::processor::duckdb {
namespace {

bool Finds(std::string_view pattern, std::string_view subject) {
  auto regex = JavaRegex::Compile(pattern);
  EXPECT_TRUE(regex.ok()) << regex.status().ToString();
  if (!regex.ok()) return false;
  std::vector<JavaRegex::Range> groups;
  auto found = (*regex)->Find(subject, 0, &groups);
  EXPECT_TRUE(found.ok()) << found.status().ToString();
  return found.ok() && *found;
}

TEST(JavaRegexTest, ExponentialPatternIsGivenUp) {
  auto regex = JavaRegex::Compile("^(([a-z])+.)+[A-Z]([a-z])+$");
  ASSERT_TRUE(regex.ok());
  std::vector<JavaRegex::Range> groups;
  auto found = (*regex)->Find(std::string(200, 'a'), 0, &groups);
  EXPECT_EQ(found.status().code(), base::StatusCode::kInvalidArgument);
}

TEST(JavaRegexTest, DeepNestingIsRefused) {
  EXPECT_EQ(TranslateJavaRegex(std::string(100'000, '(')).status().code(),
            base::StatusCode::kUnsupported);
  EXPECT_EQ(TranslateJavaRegex(std::string(100'000, '[')).status().code(),
            base::StatusCode::kUnsupported);
}

TEST(JavaRegexTest, WhatOnlyJavaKnowsIsUnsupported) {
  for (const char* pattern :
       {"(?<=a+)b", "\\N{WHITE SMILING FACE}", "(?U)\\w", "\\p{InThai}", "\\b{g}", "\\ud83d"}) {
    EXPECT_EQ(JavaRegex::Compile(pattern).status().code(), base::StatusCode::kUnsupported)
        << pattern;
  }
}

TEST(JavaRegexTest, WhatJavaRefusesIsInvalid) {
  for (const char* pattern : {"(", ")", "[a", "*", "a{", "a{2,1}", "\\q", "(?<1a>b)", "\\p{Nope}",
                              "[b-a]", "(?q)", "\\k<x>", "\\x{110000}", "\\", "a{,2}"}) {
    EXPECT_EQ(TranslateJavaRegex(pattern).status().code(), base::StatusCode::kInvalidArgument)
        << pattern;
  }
}

TEST(JavaRegexTest, LineEndsAreJavas) {
  EXPECT_TRUE(Finds("a$", "a\r\n"));
  EXPECT_TRUE(Finds("a$", "a\u2028"));
  EXPECT_FALSE(Finds("a$", "a\n\n"));
  EXPECT_FALSE(Finds("a.b", "a\u0085b"));
  EXPECT_TRUE(Finds("a.b", "a\x0B" "b"));
  EXPECT_TRUE(Finds("(?d)a.b", "a\rb"));
  EXPECT_TRUE(Finds("(?m)^b", "a\rb"));
  EXPECT_FALSE(Finds("(?m)^$", ""));
}

TEST(JavaRegexTest, CaseFoldsInAsciiOnlyUnlessAsked) {
  EXPECT_FALSE(Finds("(?i)k", "\u212A"));
  EXPECT_TRUE(Finds("(?iu)k", "\u212A"));
  EXPECT_FALSE(Finds("(?i)\u00E9", "\u00C9"));
  EXPECT_TRUE(Finds("(?i)[a-c]+$", "ABC"));
  EXPECT_TRUE(Finds("(?i)(a)\\1", "aA"));
}

TEST(JavaRegexTest, ClassesIntersectAndNest) {
  EXPECT_TRUE(Finds("^[a-z&&[^aeiou]]+$", "xyz"));
  EXPECT_FALSE(Finds("^[a-z&&[^aeiou]]+$", "xya"));
  EXPECT_TRUE(Finds("^[a-c[x-z]]+$", "axz"));
  EXPECT_FALSE(Finds("^[^a-c[x-z]]+$", "x"));
  EXPECT_TRUE(Finds("^[\\w&&[^\\d]]+$", "ab_"));
}

}  // namespace
}  // namespace millrace::processor::duckdb
