// The fast path against the exact one, on random documents and on damaged ones.

#include <random>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "data/canonical_json_testing.h"
#include "data/schema_text.h"
#include "processor/duckdb/from_json.h"

namespace millrace::processor::duckdb {
namespace {

using data::Canonical;
using data::Json;

constexpr std::int64_t kNow = 1'767'225'600'000'000;

/// Documents around a schema with the fields a to h, from a seed.
class Documents {
 public:
  explicit Documents(unsigned seed) : random_(seed) {}

  std::string Next() {
    std::string document = Space() + Object(0) + Space();
    if (Chance(10)) document += Pick({"x", "{}", "]", "\n{\"a\":1}", "\xFF"});
    if (Chance(6)) Damage(&document);
    return document;
  }

 private:
  bool Chance(int one_in) { return random_() % static_cast<unsigned>(one_in) == 0; }
  std::string Pick(const std::vector<std::string>& texts) {
    return texts[random_() % texts.size()];
  }
  std::string Space() { return Chance(5) ? Pick({" ", "\n", "\t ", "\r\n", "  "}) : ""; }

  std::string Name() {
    if (Chance(30)) return Pick({"\\u0061", "A", "", "a b", "é", "\\n", "a\\\"", "a\x01"});
    return std::string(1, static_cast<char>('a' + random_() % 9));
  }

  std::string Object(int depth) {
    std::string out = "{";
    int fields = static_cast<int>(random_() % 6);
    for (int i = 0; i < fields; ++i) {
      if (i > 0) out += Space() + "," + Space();
      out += "\"" + Name() + "\"" + Space() + ":" + Space() + Value(depth + 1);
    }
    return out + Space() + "}";
  }

  std::string Array(int depth) {
    std::string out = "[";
    int elements = static_cast<int>(random_() % 4);
    for (int i = 0; i < elements; ++i) out += (i > 0 ? "," : "") + Space() + Value(depth + 1);
    return out + Space() + "]";
  }

  std::string Value(int depth) {
    switch (random_() % (depth > 3 ? 7 : 10)) {
      case 0:
        return Pick({"null", "true", "false", "True", "nul", "NaN", "-Infinity", "truex"});
      case 1:
      case 2:
        return Number();
      case 3:
      case 4:
      case 5:
        return "\"" + Text() + "\"";
      case 6:
        return "\"" +
               Pick({"2026-01-31", "2026-01-31T12:34:56.5Z", "2026-1-3 1:2:3", "12:34:56",
                     "1999-12-31T23:59:60", "2026-02-30", "0", "AQID", "NaN", "Infinity", "1.5",
                     "1,5", "+10000-01-01", "2026-01-31T12:34:56+02:00"}) +
               "\"";
      case 7:
        return Array(depth);
      default:
        return Object(depth);
    }
  }

  std::string Number() {
    if (Chance(3)) {
      return Pick({"0",
                   "-0",
                   "-0.0",
                   "1e5",
                   "1E-3",
                   "1.50",
                   "127",
                   "128",
                   "-129",
                   "32768",
                   "2147483648",
                   "9223372036854775807",
                   "9223372036854775808",
                   "1e400",
                   "01",
                   "1.",
                   ".5",
                   "-",
                   "+1",
                   "0.1",
                   "123456789012345678901234567890",
                   "1e",
                   "4.9e-324",
                   "9007199254740993",
                   "179769313486231580000",
                   "0.3e1",
                   "99999999.995"});
    }
    std::string out = Chance(3) ? "-" : "";
    out += std::to_string(random_() % (Chance(2) ? 300 : 5'000'000'000));
    if (Chance(3)) out += "." + std::to_string(random_() % 100'000);
    return out;
  }

  std::string Text() {
    std::string out;
    int pieces = static_cast<int>(random_() % 5);
    for (int i = 0; i < pieces; ++i) {
      out += Chance(4) ? Pick({"\\n", "\\u00e9", "\\ud83d\\ude00", "\\ud83d", "\\/", "\\\"", "\\x",
                               "é", "\xF0\x9F\x98\x80", "\xC3", "\t", "\\u12", "'", "\\'", "\x7F",
                               "\\u0000", std::string(1, '\0')})
                       : Pick({"x", "hello", "a longer piece of text", " ", "0"});
    }
    return out;
  }

  void Damage(std::string* document) {
    for (int i = 0; i < 3 && !document->empty(); ++i) {
      std::size_t at = random_() % document->size();
      switch (random_() % 4) {
        case 0:
          document->erase(at, 1);
          break;
        case 1:
          document->insert(at, 1, static_cast<char>(random_()));
          break;
        case 2:
          (*document)[at] = Pick({"{", "}", "[", "]", "\"", ",", ":", "\\", "'", "/", "1"})[0];
          break;
        default:
          document->resize(at);
      }
    }
  }

  std::mt19937 random_;
};

const std::vector<std::string>& Schemas() {
  static const std::vector<std::string> schemas = {
      "a INT, b STRING, c DOUBLE, d TIMESTAMP",
      "a LONG, b BOOLEAN, c FLOAT, d DATE, e SHORT, f BYTE",
      "a STRING, b DECIMAL(10,2), c TIMESTAMP_NTZ, d BINARY",
      "a STRUCT<a: INT, b: STRING, c: ARRAY<DOUBLE>>, b ARRAY<STRING>, c MAP<STRING,INT>, d STRING",
      "a ARRAY<STRUCT<a: INT, b: STRING>>, b MAP<STRING,STRUCT<a: STRING>>, c ARRAY<ARRAY<INT>>",
      "a INT, b STRING, _corrupt_record STRING, c DOUBLE",
      "i INT, h STRING, g STRING, f STRING, e INT, d INT, c INT, b INT, a INT, j INT",
      "ARRAY<STRUCT<a: INT>>",
      "MAP<STRING,STRING>",
  };
  return schemas;
}

std::vector<Json> Parse(const DataType& schema, const arrow::Array& texts,
                        FromJsonRunner::Path path, std::optional<std::vector<int>> fields,
                        double* fast_share) {
  auto call = FromJson::Make(schema, {}, TimeZone(), fields).value();
  auto runner = FromJsonRunner::New(call, path).value();
  auto arrays = runner->Run(texts, kNow).value();
  std::vector<Json> rows(static_cast<std::size_t>(texts.length()), Json::array());
  for (const auto& array : arrays) {
    for (std::int64_t row = 0; row < texts.length(); ++row) {
      rows[static_cast<std::size_t>(row)].push_back(Canonical(*array, row));
    }
  }
  *fast_share =
      static_cast<double>(runner->fast_records()) / static_cast<double>(runner->records());
  return rows;
}

TEST(FromJsonRandomTest, FastAndExactAgree) {
  unsigned seed = 20260131;
  for (const std::string& ddl : Schemas()) {
    DataType schema = data::ParseSchemaText(ddl).value();
    std::vector<std::string> documents;
    arrow::BinaryBuilder builder;
    Documents source(++seed);
    for (int i = 0; i < 20'000; ++i) {
      documents.push_back(source.Next());
      ASSERT_TRUE(builder.Append(documents.back()).ok());
    }
    auto texts = builder.Finish().ValueOrDie();
    double share = 0;
    std::vector<Json> exact =
        Parse(schema, *texts, FromJsonRunner::Path::kExact, std::nullopt, &share);
    EXPECT_EQ(share, 0);
    std::vector<Json> both =
        Parse(schema, *texts, FromJsonRunner::Path::kBoth, std::nullopt, &share);
    if (schema.is(DataType::Kind::kStruct)) {
      EXPECT_GT(share, 0.1) << ddl;
    }
    for (std::size_t i = 0; i < documents.size(); ++i) {
      ASSERT_EQ(exact[i], both[i]) << ddl << "\n" << documents[i];
    }
    if (!schema.is(DataType::Kind::kStruct)) continue;
    // Two fields alone are the same two fields of the whole.
    std::vector<Json> some =
        Parse(schema, *texts, FromJsonRunner::Path::kBoth, std::vector<int>{2, 0}, &share);
    for (std::size_t i = 0; i < documents.size(); ++i) {
      if (exact[i][0].is_null()) continue;
      ASSERT_EQ(some[i][0], exact[i][0][2][1]) << ddl << "\n" << documents[i];
      ASSERT_EQ(some[i][1], exact[i][0][0][1]) << ddl << "\n" << documents[i];
    }
  }
}

TEST(FromJsonRandomTest, SurvivesRandomBytes) {
  std::mt19937 random(7);
  for (const std::string& ddl : Schemas()) {
    DataType schema = data::ParseSchemaText(ddl).value();
    arrow::BinaryBuilder builder;
    for (int i = 0; i < 5'000; ++i) {
      std::string bytes(random() % 60, '\0');
      for (char& c : bytes) {
        c = random() % 3 == 0 ? "{}[]\":,\\0a1-.e'tfn/ "[random() % 20]
                              : static_cast<char>(random());
      }
      ASSERT_TRUE(builder.Append(bytes).ok());
    }
    double share = 0;
    auto texts = builder.Finish().ValueOrDie();
    EXPECT_EQ(Parse(schema, *texts, FromJsonRunner::Path::kExact, std::nullopt, &share),
              Parse(schema, *texts, FromJsonRunner::Path::kBoth, std::nullopt, &share));
  }
}

TEST(FromJsonRandomTest, SurvivesDeepAndLargeRecords) {
  DataType schema = data::ParseSchemaText("a INT, b STRING, z ARRAY<ARRAY<INT>>").value();
  arrow::BinaryBuilder builder;
  for (int depth : {1'000, 10'000, 100'000}) {
    std::string open(static_cast<std::size_t>(depth), '[');
    std::string close(static_cast<std::size_t>(depth), ']');
    for (const std::string name : {"z", "b", "other"}) {
      ASSERT_TRUE(builder.Append("{\"a\":1,\"" + name + "\":" + open + close + "}").ok());
      ASSERT_TRUE(builder.Append("{\"a\":1,\"" + name + "\":" + open).ok());
      std::string objects;
      for (int i = 0; i < depth; ++i) objects += "{\"b\":";
      ASSERT_TRUE(builder.Append(objects).ok());
    }
  }
  std::string large(1'000'000, 'x');
  ASSERT_TRUE(builder.Append("{\"a\":1,\"b\":\"" + large + "\"}").ok());
  ASSERT_TRUE(builder.Append("{\"a\":1,\"b\":\"" + large).ok());
  ASSERT_TRUE(builder.Append("{\"a\":" + std::string(1'000'000, '1') + "}").ok());
  double share = 0;
  auto texts = builder.Finish().ValueOrDie();
  EXPECT_EQ(Parse(schema, *texts, FromJsonRunner::Path::kExact, std::nullopt, &share),
            Parse(schema, *texts, FromJsonRunner::Path::kBoth, std::nullopt, &share));
}

TEST(FromJsonRandomTest, ReadsSlicesOfSharedBuffers) {
  // Records that end at the very end of a buffer, and columns that begin in its middle.
  DataType schema = data::ParseSchemaText("a INT, b STRING").value();
  std::vector<std::string> documents;
  for (int i = 0; i < 300; ++i) {
    documents.push_back("{\"a\":" + std::to_string(i) + ",\"b\":\"" + std::string(i % 40, 'y') +
                        "\"}");
  }
  std::string bytes;
  std::vector<std::int32_t> offsets = {0};
  for (const std::string& document : documents) {
    bytes += document;
    offsets.push_back(static_cast<std::int32_t>(bytes.size()));
  }
  // An exact allocation: a byte read behind it is an error that the sanitizer sees.
  auto exact = std::make_unique<char[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), exact.get());
  auto array = std::make_shared<arrow::BinaryArray>(
      static_cast<std::int64_t>(documents.size()), arrow::Buffer::Wrap(offsets),
      std::make_shared<arrow::Buffer>(reinterpret_cast<const std::uint8_t*>(exact.get()),
                                      static_cast<std::int64_t>(bytes.size())));
  for (std::int64_t from : {0, 1, 137, 299}) {
    auto slice = array->Slice(from);
    double share = 0;
    auto rows = Parse(schema, *slice, FromJsonRunner::Path::kBoth, std::nullopt, &share);
    EXPECT_EQ(share, 1);
    EXPECT_EQ(rows[0][0][0][1], from);
  }
}

}  // namespace
}  // namespace millrace::processor::duckdb
