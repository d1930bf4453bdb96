#include "clients/python_worker/row_pickler.h"

#include <cstdlib>
#include <fstream>
#include <memory>

#include <arrow/builder.h>
#include <arrow/json/from_string.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "clients/python_worker/python_testing.h"
#include "data/arrow_schema.h"
#include "data/schema_text.h"

namespace millrace::clients::python_worker {
namespace {

std::shared_ptr<arrow::RecordBatch> Rows(const StructType& schema,
                                         const std::vector<std::string>& columns) {
  const auto arrow_schema = *data::ToArrowSchema(schema);
  arrow::ArrayVector arrays;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    arrays.push_back(*arrow::json::ArrayFromJSONString(
        arrow_schema->field(static_cast<int>(i))->type(), columns[i]));
  }
  return arrow::RecordBatch::Make(arrow_schema, arrays[0]->length(), arrays);
}

std::string Unpickled(const StructType& schema, const std::vector<std::string>& columns,
                      const std::string& zone = "UTC") {
  const auto rows = Rows(schema, columns);
  const auto pickle =
      PickleRows(schema, *rows, 0, rows->num_rows(), *data::TimeZone::Parse(zone));
  if (!pickle.ok()) return pickle.status().message();
  return RunPython("import sys, pickle\nprint(pickle.load(sys.stdin.buffer))", *pickle);
}

class RowPicklerTest : public testing::Test {
 protected:
  void SetUp() override { MILLRACE_NEEDS_PYTHON(); }
};

TEST_F(RowPicklerTest, NumbersAndTexts) {
  const auto schema = *data::ParseTableSchema(
      "a BOOLEAN, b BYTE, l LONG, f FLOAT, d DOUBLE, e DECIMAL(5,2), s STRING, x BINARY");
  EXPECT_EQ(Unpickled(schema, {"[true, null]", "[-1, 2]", "[12345678901, -3]", "[1.5, null]",
                               "[0.1, -2]", R"(["1.50", "-0.01"])", R"(["é", ""])", R"(["ab", null])"}),
            "[Row(a=True, b=-1, l=12345678901, f=1.5, d=0.1, e=Decimal('1.50'), s='é', "
            "x=bytearray(b'ab')), Row(a=None, b=2, l=-3, f=None, d=-2.0, e=Decimal('-0.01'), s='', "
            "x=None)]\n");
}

TEST_F(RowPicklerTest, TimesAreLocalInTheSessionsZone) {
  const auto schema = *data::ParseTableSchema("d DATE, t TIMESTAMP, n TIMESTAMP_NTZ, i INTERVAL DAY TO SECOND");
  // 2026-01-02 03:04:05.678901
  EXPECT_EQ(Unpickled(schema, {"[20455]", "[1767323045678901]", "[1767323045678901]", "[-1]"},
                      "America/New_York"),
            "[Row(d=datetime.date(2026, 1, 2), t=datetime.datetime(2026, 1, 1, 22, 4, 5, 678901), "
            "n=datetime.datetime(2026, 1, 2, 3, 4, 5, 678901), "
            "i=datetime.timedelta(days=-1, seconds=86399, microseconds=999999))]\n");
}

TEST_F(RowPicklerTest, NestedValues) {
  const auto schema =
      *data::ParseTableSchema("a ARRAY<INT>, m MAP<STRING, INT>, s STRUCT<x: INT, y: STRUCT<z: STRING>>");
  EXPECT_EQ(Unpickled(schema, {"[[1, null], []]", R"([[["k", 1]], null])",
                               R"([{"x": 1, "y": {"z": "q"}}, {"x": 2, "y": null}])"}),
            "[Row(a=[1, None], m={'k': 1}, s=Row(x=1, y=Row(z='q'))), "
            "Row(a=[], m=None, s=Row(x=2, y=None))]\n");
}

TEST(RowPicklerRefusalTest, TypesThatPythonDoesNotHave) {
  EXPECT_TRUE(CheckPicklable(*data::ParseTableSchema("a INT, v VOID")).ok());
  const auto status = CheckPicklable(*data::ParseTableSchema("a ARRAY<INTERVAL YEAR>"));
  EXPECT_EQ(status.code(), base::StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("column a"), std::string::npos) << status.message();
}

TEST(RowPicklerRefusalTest, YearsThatPythonDoesNotHave) {
  const auto schema = *data::ParseTableSchema("d DATE");
  const auto rows = Rows(schema, {"[-800000]"});
  EXPECT_FALSE(PickleRows(schema, *rows, 0, 1, data::TimeZone()).ok());
}

}  // namespace
}  // namespace millrace::clients::python_worker
