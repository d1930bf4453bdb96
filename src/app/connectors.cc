// The one list of connectors. A new one adds its folder, its include and its line here.

#include <memory>

#include "processor/duckdb/duckdb_processor.h"
#include "session/engine.h"
#include "sinks/console/console_sink.h"
#include "sinks/delta/delta_sink.h"
#include "sinks/noop/noop_sink.h"
#include "sources/kafka/kafka_source_provider.h"
#include "sources/rate/rate_source.h"

namespace millrace::app {
namespace {

// Runs when the library is loaded, before any session can be made.
[[maybe_unused]] const bool kInstalled = session::InstallEngine({
    .sources = {std::make_shared<sources::kafka::KafkaSourceProvider>(),
                std::make_shared<sources::rate::RateSourceProvider>()},
    .sinks = {std::make_shared<sinks::console::ConsoleSinkProvider>(),
              std::make_shared<sinks::delta::DeltaSinkProvider>(),
              std::make_shared<sinks::noop::NoopSinkProvider>()},
    .make_processor = processor::duckdb::NewDuckDbProcessor,
});

}  // namespace
}  // namespace millrace::app
