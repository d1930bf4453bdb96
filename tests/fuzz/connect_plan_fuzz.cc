// Requests of Spark Connect clients: a letter, E for a Plan and A for an AnalyzePlanRequest, then the message. What is answered
// does not matter; that it is answered without running anything does.

#include "connect/recorded_plans_testing.h"  // First: it says how requests are read.

#include <google/protobuf/stubs/logging.h>

#include "fuzz.h"
#include "processor/duckdb/duckdb_processor.h"
#include "session/engine.h"
#include "sources/rate/rate_source.h"

namespace {

using namespace millrace;

connect::ConnectSession& Session() {
  static const bool installed = [] {
    google::protobuf::SetLogHandler(nullptr);  // It tells of each text that is no UTF-8.
    return session::InstallEngine({.sources = {std::make_shared<sources::rate::RateSourceProvider>()},
                                   .make_processor = processor::duckdb::NewDuckDbProcessor,
                                   .make_batch_processor = processor::duckdb::NewDuckDbBatchProcessor});
  }();
  static_cast<void>(installed);
  static connect::ConnectSession session({"", "00112233-4455-6677-8899-aabbccddeeff"},
                                         std::make_shared<session::SessionState>(1));
  return session;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text = fuzz::Text(data, size);
  const auto status = connect::testing::AnswerTo({text[0] == 'A' ? 'A' : 'E', std::string(text.substr(1))}, &Session());
  fuzz::Require(status.code() != base::StatusCode::kInternal, status.ToString());
  return 0;
}
