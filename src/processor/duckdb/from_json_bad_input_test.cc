// What is no UTF-8, no JSON, of the wrong type, too long or too deep: as recorded from real Spark,
// by the fast path and by the exact one.

#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "data/canonical_json_testing.h"
#include "data/schema_text.h"
#include "processor/duckdb/from_json.h"
#include "processor/duckdb/from_json_exact.h"

namespace millrace::processor::duckdb {
namespace {

using data::Canonical;
using data::ForEachRecorded;
using data::Json;
using data::RecordedBytes;

constexpr std::int64_t kNow = 1'795'395'600'000'000;
constexpr std::size_t kRowsAtATime = 25;
constexpr int kMostReports = 40;
// Of the large records every so many-th is read: under sanitizers each takes a second.
constexpr std::size_t kLarge = 100'000;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int kLargeStep = 6;
#else
constexpr int kLargeStep = 1;
#endif

void AppendTimes(const std::string& of, int times, std::string* out) {
  std::size_t number = of.find("%d");
  for (int i = 0; i < times; ++i) {
    if (number == std::string::npos) {
      *out += of;
    } else {
      *out += of.substr(0, number) + std::to_string(i) + of.substr(number + 2);
    }
  }
}

/// A text, bytes in base64, or {"parts": [text | bytes | {"of", "times"}]}.
std::string InputBytes(const Json& input) {
  if (!input.is_object() || !input.contains("parts")) return RecordedBytes(input);
  std::string out;
  for (const Json& part : input["parts"]) {
    if (part.is_object() && part.contains("times")) {
      AppendTimes(RecordedBytes(part["of"]), part["times"].get<int>(), &out);
    } else {
      out += RecordedBytes(part);
    }
  }
  return out;
}

/// As record_from_json.py keeps answers: long ones as length and FNV-1a hash of their JSON text.
Json Shortened(const Json& answer) {
  constexpr std::size_t kLongest = 400;
  std::string text = answer.dump();
  if (text.size() <= kLongest) return answer;
  std::uint64_t hash = 0xCBF29CE484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return Json{{"long", text.size()}, {"fnv1a", fmt::format("{:016x}", hash)}};
}

/// Java 17, which recorded the answers, shows some numbers in a text with a digit more than needed
/// (docs/differences.md).
bool IsSameNumber(const Json& recorded, const Json& ours) {
  if (!recorded.is_array() || recorded.size() != 1 || !ours.is_array() || ours.size() != 1) {
    return false;
  }
  const Json& theirs = recorded[0][1];
  const Json& mine = ours[0][1];
  if (!theirs.is_string() || !mine.is_string()) return false;
  const auto& long_text = theirs.get_ref<const std::string&>();
  const auto& text = mine.get_ref<const std::string&>();
  return long_text.find('E') != std::string::npos &&
         std::strtod(long_text.c_str(), nullptr) == std::strtod(text.c_str(), nullptr);
}

struct Case {
  Json input;
  Json output;
  bool has_corrupt = false;
  bool corrupt = false;
};

/// The cases of one schema, some at a time.
class BadInput {
 public:
  void Start(const Json& header) {
    Finish();
    header_ = header;
    schema_ = data::ParseSchemaText(header["schema"].get<std::string>()).value();
    for (const auto& [name, value] : header["options"].items()) options_[name] = value;
  }

  void Add(const Json& record) {
    if (kLargeStep > 1 && !record["input"].is_null() &&
        InputBytes(record["input"]).size() > kLarge && large_++ % kLargeStep != 0) {
      return;
    }
    Case one{record["input"], record["output"]};
    one.has_corrupt = record.contains("corrupt");
    if (one.has_corrupt) one.corrupt = record["corrupt"].get<bool>();
    cases_.push_back(std::move(one));
    if (cases_.size() == kRowsAtATime) Check();
  }

  void Finish() {
    Check();
    options_.clear();
  }

  int checked = 0;
  int failures = 0;

 private:
  void Check() {
    if (cases_.empty()) return;
    arrow::BinaryBuilder builder;
    for (const Case& one : cases_) {
      ASSERT_TRUE(
          (one.input.is_null() ? builder.AppendNull() : builder.Append(InputBytes(one.input)))
              .ok());
    }
    auto texts = builder.Finish().ValueOrDie();
    auto call = FromJson::Make(schema_, options_, *TimeZone::Parse("UTC")).value();
    for (auto path : {FromJsonRunner::Path::kExact, FromJsonRunner::Path::kBoth}) {
      auto runner = FromJsonRunner::New(call, path).value();
      auto answers = runner->Run(*texts, kNow).value();
      for (std::size_t i = 0; i < cases_.size(); ++i) {
        Json answer = Shortened(Canonical(*answers[0], static_cast<std::int64_t>(i)));
        if (answer != cases_[i].output && !IsSameNumber(cases_[i].output, answer)) {
          Report(cases_[i],
                 (path == FromJsonRunner::Path::kBoth ? "fast: " : "exact: ") + answer.dump());
        }
        ++checked;
      }
    }
    CheckMalformed();
    cases_.clear();
  }

  void CheckMalformed() {
    auto options = FromJsonOptions::Parse(options_, schema_, *TimeZone::Parse("UTC")).value();
    ExactJsonParser parser(schema_, options);
    for (const Case& one : cases_) {
      if (!one.has_corrupt || one.input.is_null()) continue;
      ExactJsonParser::Record parsed;
      ASSERT_TRUE(parser.Parse(InputBytes(one.input), kNow, &parsed).ok());
      if (parsed.malformed != one.corrupt) {
        Report(one, parsed.malformed ? "malformed" : "well-formed");
      }
    }
  }

  void Report(const Case& one, const std::string& answer) {
    if (++failures > kMostReports) return;
    ADD_FAILURE() << header_["schema"] << " " << header_["options"] << "\n"
                  << one.input.dump().substr(0, 400) << "\n  Spark: " << one.output.dump()
                  << (one.has_corrupt ? one.corrupt ? " malformed" : " well-formed" : "")
                  << "\n  ours:  " << answer;
  }

  int large_ = 0;
  Json header_;
  DataType schema_;
  std::map<std::string, std::string> options_;
  std::vector<Case> cases_;
};

TEST(FromJsonBadInputTest, AnswersAsRecordedFromSpark) {
  BadInput bad_input;
  bool found = ForEachRecorded("from_json_bad_input.jsonl", [&](const Json& record) {
    if (record.contains("schema")) {
      bad_input.Start(record);
    } else {
      bad_input.Add(record);
    }
  });
  ASSERT_TRUE(found) << "tests/spark/recorded/from_json_bad_input.jsonl is not there";
  bad_input.Finish();
  EXPECT_GT(bad_input.checked, 30'000);
  EXPECT_EQ(bad_input.failures, 0);
}

}  // namespace
}  // namespace millrace::processor::duckdb
