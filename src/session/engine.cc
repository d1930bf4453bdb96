#include "session/engine.h"

#include <algorithm>
#include <cctype>

namespace millrace::session {
namespace {

Engine& TheEngine() {
  static auto* engine = new Engine;  // Filled by initialisers of other files, never destroyed.
  return *engine;
}

bool SameFormat(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

template <typename Providers>
auto Find(const Providers& providers, std::string_view format) ->
    typename Providers::value_type::element_type* {
  for (const auto& provider : providers) {
    if (SameFormat(provider->format(), format)) return provider.get();
  }
  return nullptr;
}

}  // namespace

const connector::SourceProvider* Engine::FindSource(std::string_view format) const {
  return Find(sources, format);
}

const connector::SinkProvider* Engine::FindSink(std::string_view format) const {
  return Find(sinks, format);
}

const connector::TableProvider* Engine::FindTable(std::string_view format) const {
  return Find(tables, format);
}

const connector::TableWriterProvider* Engine::FindWriter(std::string_view format) const {
  return Find(writers, format);
}

bool InstallEngine(Engine engine) {
  TheEngine() = std::move(engine);
  return true;
}

const Engine& InstalledEngine() { return TheEngine(); }

}  // namespace millrace::session
