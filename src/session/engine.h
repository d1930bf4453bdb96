#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "connector/sink.h"
#include "connector/source.h"
#include "connector/table.h"
#include "processor/batch.h"
#include "processor/processor.h"

namespace millrace::session {

/// What a session is made of that it does not know itself: the list of connectors and the
/// processor.
struct Engine {
  std::vector<std::shared_ptr<const connector::SourceProvider>> sources;
  std::vector<std::shared_ptr<const connector::SinkProvider>> sinks;
  std::vector<std::shared_ptr<const connector::TableProvider>> tables;
  std::vector<std::shared_ptr<const connector::TableWriterProvider>> writers;
  std::function<base::Result<std::unique_ptr<processor::Processor>>()> make_processor;
  std::function<base::Result<std::unique_ptr<processor::BatchProcessor>>()> make_batch_processor;

  /// Format names are case-insensitive. Null when nobody serves it.
  const connector::SourceProvider* FindSource(std::string_view format) const;
  const connector::SinkProvider* FindSink(std::string_view format) const;
  const connector::TableProvider* FindTable(std::string_view format) const;
  const connector::TableWriterProvider* FindWriter(std::string_view format) const;
};

/// Called once by the program's list of connectors, before the first session. Returns true.
bool InstallEngine(Engine engine);
const Engine& InstalledEngine();

}  // namespace millrace::session
