// docs/functions.md says which of Spark's functions there are. With MILLRACE_WRITE_DOCS=1 in the
// environment this test writes it anew.

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "analysis/aggregates.h"
#include "analysis/functions.h"

namespace millrace::analysis {
namespace {

/// "scalar", "aggregate", "window" or "generator"; empty: the function is refused by name.
std::string KindOf(std::string_view name) {
  if (FindAggregate(name) != nullptr) return "aggregate";
  if (FindWindowFunction(name) != nullptr) return "window";
  if (FindGenerator(name) != nullptr) return "generator";
  return FindFunction(name) != nullptr ? "scalar" : "";
}

std::string Code(std::string_view name) {
  std::string cell(name);
  // A bar would end the cell of the table.
  for (std::size_t i = 0; (i = cell.find('|', i)) != std::string::npos; i += 2) cell.insert(i, "\\");
  return "`" + cell + "`";
}

std::string Document() {
  std::string runs;
  std::string refused;
  int count = 0;
  int all = 0;
  for (const std::string& name : SparkFunctionNames()) {
    const std::string kind = KindOf(name);
    ++all;
    if (kind.empty()) {
      refused += (refused.empty() ? "" : ", ") + Code(name);
    } else {
      ++count;
      runs += "| " + Code(name) + " | " + kind + " |\n";
    }
  }
  return "# Functions\n\nOf the " + std::to_string(all) + " functions that Spark 4.2 has, " +
         std::to_string(count) +
         " run here. The others are refused by name when a query uses them. What remains different "
         "in those that run stands in [differences.md](differences.md). "
         "`src/analysis/functions_document_test.cc` holds this page to the code.\n\n"
         "| function | kind |\n|---|---|\n" +
         runs + "\n## Refused\n\n" + refused + "\n";
}

TEST(FunctionsDocumentTest, SaysWhichFunctionsThereAre) {
  const std::string path = std::string(MILLRACE_SOURCE_DIR) + "/docs/functions.md";
  if (std::getenv("MILLRACE_WRITE_DOCS") != nullptr) std::ofstream(path) << Document();
  std::ifstream file(path);
  ASSERT_TRUE(file.is_open()) << path;
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), Document())
      << "run millrace_analysis_test with MILLRACE_WRITE_DOCS=1 to write docs/functions.md";
}

}  // namespace
}  // namespace millrace::analysis
