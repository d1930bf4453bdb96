#include "sinks/foreach/python_foreach.h"

#include <fstream>
#include <sstream>

#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <gtest/gtest.h>

#include "clients/python_worker/python_testing.h"
#include "data/arrow_schema.h"

namespace millrace::sinks::foreach {
namespace {

using base::Status;
namespace python_worker = clients::python_worker;

class PythonForeachTest : public testing::Test {
 protected:
  void SetUp() override {
    MILLRACE_NEEDS_PYTHON();
    log_ = std::filesystem::temp_directory_path() /
           ("millrace-python-foreach-" + std::to_string(::getpid()) + ".log");
    std::filesystem::remove(log_);
    const std::string definition = "def say(text):\n    open('" + log_.string() +
                                   "', 'a').write(text + '\\n')\n" + R"(
class F:
    def open(self, partition_id, epoch_id):
        say(f'open {partition_id} {epoch_id}')
        return True
    def process(self, row):
        if row.n < 0: raise ValueError('negative')
        say(f'{row.n}')
    def close(self, error):
        say(f'close {error!r}')
f = F()
)";
    const auto provider = MakePythonForeachSink(
        {python_worker::PickledForeach(definition), python_worker::PythonVersion(),
         python_worker::TestPython()});
    connector::SinkContext context;
    context.schema = schema_;
    auto sink = provider->Create(std::move(context));
    ASSERT_TRUE(sink.ok()) << sink.status().ToString();
    sink_ = *std::move(sink);
  }
  void TearDown() override { std::filesystem::remove(log_); }

  Status RunBatch(std::int64_t id, std::int64_t number, int rows) {
    arrow::Int64Builder builder;
    for (int i = 0; i < rows; ++i) EXPECT_TRUE(builder.Append(number).ok());
    const auto batch_rows =
        arrow::RecordBatch::Make(*data::ToArrowSchema(schema_), rows, {*builder.Finish()});
    MILLRACE_ASSIGN_OR_RETURN(auto batch, sink_->BeginBatch(id, {}));
    MILLRACE_ASSIGN_OR_RETURN(auto writer, batch->NewWriter());
    MILLRACE_RETURN_IF_ERROR(writer->Write(batch_rows));
    MILLRACE_RETURN_IF_ERROR(writer->Finish());
    return batch->Commit({});
  }
  std::string Log() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
  }

  const StructType schema_{{StructField{"n", LongType()}}};
  std::filesystem::path log_;
  std::unique_ptr<connector::Sink> sink_;
};

TEST_F(PythonForeachTest, BatchesReachTheObject) {
  ASSERT_TRUE(RunBatch(0, 1, 2).ok());
  ASSERT_TRUE(RunBatch(1, 2, 1).ok());
  EXPECT_EQ(Log(), "open 0 0\n1\n1\nclose None\nopen 0 1\n2\nclose None\n");
}

TEST_F(PythonForeachTest, AnExceptionIsThePythonExceptionAndAReplayStartsAnew) {
  const Status status = RunBatch(0, -1, 2'000);
  EXPECT_EQ(status.spark_error().exception_class, "PythonException") << status.ToString();
  EXPECT_TRUE(status.message().starts_with(
      "[PYTHON_EXCEPTION] An exception was thrown from the Python worker: Traceback"))
      << status.ToString();
  EXPECT_NE(status.message().find("ValueError: negative"), std::string::npos);
  EXPECT_TRUE(RunBatch(0, 5, 1).ok());
}

TEST(PythonForeachRefusalTest, ColumnsThatPythonCannotHave) {
  const auto provider = MakePythonForeachSink({});
  connector::SinkContext context;
  context.schema = StructType({StructField{"i", YearMonthIntervalType()}});
  EXPECT_EQ(provider->Create(std::move(context)).status().code(), base::StatusCode::kUnsupported);
}

}  // namespace
}  // namespace millrace::sinks::foreach
