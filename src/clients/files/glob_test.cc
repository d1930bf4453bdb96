#include "clients/files/glob.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fs/memory_file_system.h"

namespace millrace::clients::files {
namespace {

using ::testing::ElementsAre;

TEST(Glob, WildcardsMatchAsHadoopsDo) {
  EXPECT_TRUE(MatchesWildcards("*", ""));
  EXPECT_TRUE(MatchesWildcards("a*c*e", "abcde"));
  EXPECT_TRUE(MatchesWildcards("*.json", "x.json"));
  EXPECT_FALSE(MatchesWildcards("*.json", "x.json.gz"));
  EXPECT_TRUE(MatchesWildcards("a?c", "abc"));
  EXPECT_TRUE(MatchesWildcards("a?c", "a\u00e9c"));
  EXPECT_FALSE(MatchesWildcards("a?c", "ac"));
  EXPECT_TRUE(MatchesWildcards("[a-c]x", "bx"));
  EXPECT_FALSE(MatchesWildcards("[^a-c]x", "bx"));
  EXPECT_TRUE(MatchesWildcards("[!a]x", "bx"));
  EXPECT_TRUE(MatchesWildcards("[]a]x", "]x"));
  EXPECT_FALSE(MatchesWildcards("[abc", "a"));
  EXPECT_TRUE(MatchesWildcards("a\\*", "a*"));
  EXPECT_FALSE(MatchesWildcards("a\\*", "ab"));
  EXPECT_TRUE(MatchesWildcards("a.b", "a.b"));
  EXPECT_FALSE(MatchesWildcards("a.b", "axb"));
}

TEST(Glob, BracesAreWrittenOut) {
  EXPECT_THAT(ExpandBraces("a{b,c{d,e}}f").value(), ElementsAre("abf", "acdf", "acef"));
  EXPECT_THAT(ExpandBraces("{a,}").value(), ElementsAre("a", ""));
  EXPECT_THAT(ExpandBraces("a\\{b").value(), ElementsAre("a\\{b"));
  EXPECT_EQ(ExpandBraces("a{b").status().code(), base::StatusCode::kInvalidArgument);
  std::string many;
  for (int i = 0; i < 30; ++i) many += "{a,b}";
  EXPECT_EQ(ExpandBraces(many).status().code(), base::StatusCode::kInvalidArgument);
}

TEST(Glob, FindsFilesAndFolders) {
  fs::MemoryFileSystem disk;
  for (const char* path : {"/d/a=1/f", "/d/a=2/f", "/d/b=1/f", "/d/x"}) {
    ASSERT_TRUE(disk.CreateExclusive(path, "").ok());
  }
  EXPECT_THAT(ExpandGlob(&disk, "/d/a=*").value(), ElementsAre("/d/a=1", "/d/a=2"));
  EXPECT_THAT(ExpandGlob(&disk, "/d/*/f").value(),
              ElementsAre("/d/a=1/f", "/d/a=2/f", "/d/b=1/f"));
  EXPECT_THAT(ExpandGlob(&disk, "/d/{b=1/f,x}").value(), ElementsAre("/d/b=1/f", "/d/x"));
  EXPECT_THAT(ExpandGlob(&disk, "/d/x/*").value(), ElementsAre());
  EXPECT_THAT(ExpandGlob(&disk, "/gone/*").value(), ElementsAre());
}

}  // namespace
}  // namespace millrace::clients::files
