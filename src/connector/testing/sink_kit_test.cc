#include "connector/testing/sink_kit.h"

#include <algorithm>

#include <arrow/array.h>
#include <arrow/record_batch.h>

#include "connector/testing/list_sink.h"

namespace millrace::connector::testing {
namespace {

// The kit itself is tried on the table in memory.
class ListHarness : public SinkHarness {
 public:
  base::Result<std::unique_ptr<Sink>> Open() override {
    auto sink = std::make_unique<ListSink>(table_);
    sink->before_commit = [this](std::int64_t) { return Once(&fail_); };
    sink->after_commit = [this](std::int64_t) { return Once(&lose_); };
    return std::unique_ptr<Sink>(std::move(sink));
  }
  std::vector<std::int64_t> VisibleIds() override {
    std::vector<std::int64_t> ids;
    for (const auto& rows : table_->Rows()) {
      const auto& column = static_cast<const arrow::Int64Array&>(*rows->column(0));
      for (std::int64_t i = 0; i < column.length(); ++i) ids.push_back(column.Value(i));
    }
    std::ranges::sort(ids);
    return ids;
  }
  bool FailNextCommit() override { return fail_ = true; }
  bool LoseNextAnswer() override { return lose_ = true; }

 private:
  static base::Status Once(bool* armed) {
    if (!std::exchange(*armed, false)) return base::Status::Ok();
    return base::Status::Unavailable("arranged by the test");
  }

  std::shared_ptr<ListTable> table_ = std::make_shared<ListTable>();
  bool fail_ = false;
  bool lose_ = false;
};

INSTANTIATE_TYPED_TEST_SUITE_P(List, SinkKit, ListHarness);

}  // namespace
}  // namespace millrace::connector::testing
