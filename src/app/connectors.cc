// The one list of connectors. A new one adds its folder, its include and its line here.

#include <memory>

#include "processor/duckdb/duckdb_processor.h"
#include "session/engine.h"
#include "sinks/console/console_sink.h"
#include "sinks/delta/delta_sink.h"
#include "sinks/delta/delta_table_writer.h"
#include "sinks/file/file_sink.h"
#include "sinks/file/file_table_writer.h"
#include "sinks/memory/memory_sink.h"
#include "sinks/noop/noop_sink.h"
#include "sources/delta/delta_table.h"
#include "sources/file/file_stream_source.h"
#include "sources/file/file_table.h"
#include "sources/kafka/kafka_source_provider.h"
#include "sources/kafka/kafka_table.h"
#include "sources/rate/rate_source.h"

namespace millrace::app {
namespace {

using sources::file::FileSourceProvider;
using sources::file::FileTableProvider;
using FileFormat = sources::file::Format;
using sinks::file::FileSinkProvider;
using sinks::file::FileTableWriterProvider;
using OutputFormat = sinks::file::Format;

// Runs when the library is loaded, before any session can be made.
[[maybe_unused]] const bool kInstalled = session::InstallEngine({
    .sources = {std::make_shared<FileSourceProvider>(FileFormat::kParquet),
                std::make_shared<FileSourceProvider>(FileFormat::kText),
                std::make_shared<FileSourceProvider>(FileFormat::kJson),
                std::make_shared<FileSourceProvider>(FileFormat::kCsv),
                std::make_shared<sources::kafka::KafkaSourceProvider>(),
                std::make_shared<sources::rate::RateSourceProvider>()},
    .sinks = {std::make_shared<sinks::console::ConsoleSinkProvider>(),
              std::make_shared<sinks::delta::DeltaSinkProvider>(),
              std::make_shared<FileSinkProvider>(OutputFormat::kParquet),
              std::make_shared<FileSinkProvider>(OutputFormat::kText),
              std::make_shared<FileSinkProvider>(OutputFormat::kJson),
              std::make_shared<FileSinkProvider>(OutputFormat::kCsv),
              std::make_shared<sinks::memory::MemorySinkProvider>(),
              std::make_shared<sinks::noop::NoopSinkProvider>()},
    .tables = {std::make_shared<FileTableProvider>(FileFormat::kParquet),
               std::make_shared<FileTableProvider>(FileFormat::kText),
               std::make_shared<FileTableProvider>(FileFormat::kJson),
               std::make_shared<FileTableProvider>(FileFormat::kCsv),
               std::make_shared<sources::delta::DeltaTableProvider>(),
               std::make_shared<sources::kafka::KafkaTableProvider>()},
    .writers = {std::make_shared<FileTableWriterProvider>(OutputFormat::kParquet),
                std::make_shared<FileTableWriterProvider>(OutputFormat::kText),
                std::make_shared<FileTableWriterProvider>(OutputFormat::kJson),
                std::make_shared<FileTableWriterProvider>(OutputFormat::kCsv),
                std::make_shared<sinks::delta::DeltaTableWriterProvider>()},
    .make_processor = processor::duckdb::NewDuckDbProcessor,
    .make_batch_processor = processor::duckdb::NewDuckDbBatchProcessor,
});

}  // namespace
}  // namespace millrace::app
