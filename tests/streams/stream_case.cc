#include "stream_case.h"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>

#include "data/schema_text.h"

namespace millrace::streams {
namespace {

std::string Trimmed(std::string text) {
  const auto blank = [](unsigned char c) { return std::isspace(c) != 0; };
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  text.erase(std::find_if_not(text.rbegin(), text.rend(), blank).base(), text.end());
  return text;
}

}  // namespace

StreamCase ReadStreamCase(const std::string& path) {
  StreamCase result;
  result.file = path;
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::string section;
  for (std::string line; std::getline(file, line);) {
    const std::string text = Trimmed(line);
    if (text.empty() || text.starts_with('#')) continue;
    if (std::isspace(static_cast<unsigned char>(line[0]))) {
      if (section == "query")
        result.steps.push_back(text);
      else if (section == "batch")
        result.batches.back().push_back(text);
      else if (section == "output")
        result.output.push_back(text);
      else
        ADD_FAILURE() << path << ": a line outside query, batch, output: " << line;
      continue;
    }
    const std::size_t colon = text.find(':');
    section = text.substr(0, colon);
    const std::string rest = Trimmed(text.substr(std::min(text.size(), colon + 1)));
    if (section == "source") {
      auto schema = data::ParseTableSchema(rest);
      EXPECT_TRUE(schema.ok()) << path << ": " << schema.status().ToString();
      if (schema.ok()) result.source = *schema;
    } else if (section == "batch") {
      result.batches.emplace_back();
    } else if (section == "schema") {
      result.schema = rest;
    } else if (section == "error") {
      const std::size_t bar = rest.find(" | ");
      result.error_condition = rest.substr(0, bar);
      if (bar != std::string::npos) result.error_words = rest.substr(bar + 3);
    } else if (section != "query" && section != "output") {
      ADD_FAILURE() << path << ": unknown section: " << section;
    }
  }
  std::sort(result.output.begin(), result.output.end());
  return result;
}

}  // namespace millrace::streams
