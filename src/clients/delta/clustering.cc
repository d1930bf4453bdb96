#include "clients/delta/clustering.h"

#include <simdjson.h>

namespace millrace::clients::delta {

std::vector<std::vector<std::string>> ClusteringColumns(const TableState& state) {
  std::vector<std::vector<std::string>> columns;
  const auto domain = state.domains.find("delta.clustering");
  if (domain == state.domains.end()) return columns;
  simdjson::dom::parser parser;
  simdjson::dom::array entries;
  const std::string& text = domain->second.configuration;
  const auto root = parser.parse(text.data(), text.size());
  if (root.get_object()["clusteringColumns"].get(entries) != simdjson::SUCCESS) return columns;
  for (const simdjson::dom::element entry : entries) {
    std::vector<std::string> path;
    std::string_view name;
    simdjson::dom::array names;
    if (entry.get(name) == simdjson::SUCCESS) {
      path.emplace_back(name);
    } else if (entry.get(names) == simdjson::SUCCESS) {
      for (const simdjson::dom::element part : names) {
        if (part.get(name) == simdjson::SUCCESS) path.emplace_back(name);
      }
    }
    if (!path.empty()) columns.push_back(std::move(path));
  }
  return columns;
}

}  // namespace millrace::clients::delta
