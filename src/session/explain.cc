#include "session/explain.h"

#include <absl/strings/match.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "connector/table.h"
#include "plan/tree_text.h"
#include "session/session_sources.h"

namespace millrace::session {
namespace {

/// The column behind the last one is the metadata of files.
std::string ColumnNames(const plan::StreamSource& source, const std::vector<int>& columns) {
  std::vector<std::string> names;
  for (int column : columns) {
    const auto index = static_cast<std::size_t>(column);
    names.push_back(index < source.schema.size() ? source.schema[index].name
                                                 : "_metadata");
  }
  return fmt::format("[{}]", fmt::join(names, ", "));
}

/// Options that say where a stream's rows come from.
bool SaysWhere(const std::string& option) {
  for (const char* name : {"path", "subscribe", "subscribePattern", "assign"}) {
    if (absl::EqualsIgnoreCase(option, name)) return true;
  }
  return false;
}

std::string NameOf(const plan::ResolvedQuery& query, int source,
                   const std::vector<std::string>& descriptions) {
  const auto index = static_cast<std::size_t>(source);
  if (index < descriptions.size()) return descriptions[index];
  const plan::StreamSource& named = query.sources[index];
  if (!named.is_streaming) {
    if (const auto table = TableOf(named)) return table->description();
  }
  std::vector<std::string> where = named.paths;
  for (const auto& [option, value] : named.options) {
    if (SaysWhere(option)) where.push_back(value);
  }
  if (where.empty()) return named.format;
  return fmt::format("{} [{}]", named.format, fmt::join(where, ", "));
}

}  // namespace

std::string LogicalPlanText(const plan::ResolvedQuery& query,
                            const std::vector<std::string>& descriptions) {
  return plan::TreeText(*query.root, [&](const plan::Scan& scan, const StructType& schema) {
    std::vector<std::string> names;
    for (const auto& field : schema.fields()) names.push_back(field.name);
    return fmt::format("{} {}, [{}]", scan.is_streaming ? "StreamingRelation" : "Relation",
                       NameOf(query, scan.source, descriptions), fmt::join(names, ", "));
  });
}

std::string StreamPlanText(const plan::ResolvedQuery& query, const processor::PreparedPlan& plan,
                           const std::vector<std::string>& descriptions) {
  std::vector<std::string> lines = plan.Describe();
  for (std::size_t i = 0; i < query.sources.size(); ++i) {
    lines.push_back(fmt::format(
        "{}, reads {}", NameOf(query, static_cast<int>(i), descriptions),
        ColumnNames(query.sources[i], plan.required_columns(static_cast<int>(i)))));
  }
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    text += i == 0 ? "" : fmt::format("{:{}}+- ", "", 3 * (i - 1));
    text += lines[i] + "\n";
  }
  return text;
}

std::string BatchPlanText(const plan::ResolvedQuery& query,
                          const processor::BatchDescription& description, bool with_statement) {
  std::string text =
      plan::TreeText(*query.root, [&](const plan::Scan& scan, const StructType&) {
        const auto index = static_cast<std::size_t>(scan.source);
        return fmt::format(
            "{}, reads {}", NameOf(query, scan.source, {}),
            ColumnNames(query.sources[index], description.source_columns[index]));
      });
  if (!description.functions.empty()) {
    text += fmt::format("\nIn kernels of Millrace, the rest in DuckDB: {}\n",
                        fmt::join(description.functions, "; "));
  }
  if (with_statement) text += "\n== DuckDB Statement ==\n" + description.statement + "\n";
  return text;
}

}  // namespace millrace::session
