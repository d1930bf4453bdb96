#include "analysis/scope.h"

#include <algorithm>
#include <set>
#include <utility>

#include "analysis/error_messages.h"

namespace millrace::analysis {
namespace {

// `qualifier` ends with `alias`.
bool EndsWith(const Scope& scope, const NameParts& qualifier, const NameParts& alias) {
  return alias.size() <= qualifier.size() &&
         std::equal(
             alias.rbegin(), alias.rend(), qualifier.rbegin(),
             [&](const std::string& a, const std::string& b) { return scope.SameName(a, b); });
}

base::Status Ambiguous(const Scope& scope, const NameParts& name, const std::string& spelled,
                       const std::vector<int>& columns) {
  std::string references;
  for (const int index : columns) {
    NameParts reference = scope.columns[index].qualifier;
    reference.push_back(spelled);
    if (!references.empty()) references += ", ";
    references += QuoteName(reference);
  }
  return AnalysisError("AMBIGUOUS_REFERENCE",
                       {{"name", QuoteName(name)}, {"referenceNames", "[" + references + "]"}});
}

}  // namespace

NameParts ScopeColumn::QualifiedName() const {
  NameParts name_parts = qualifier;
  name_parts.push_back(name);
  return name_parts;
}

bool Scope::SameName(std::string_view a, std::string_view b) const {
  return case_sensitive ? a == b : NamesEqual(a, b);
}

base::Result<std::optional<Scope::Match>> Scope::Find(const NameParts& name) const {
  MILLRACE_ASSIGN_OR_RETURN(auto match, FindAmong(name, false));
  if (match) return match;
  return FindAmong(name, true);
}

base::Result<std::optional<Scope::Match>> Scope::FindAmong(const NameParts& name,
                                                           bool hidden) const {
  // The longest qualifier first, then the name alone.
  for (std::size_t qualifier_parts = name.size(); qualifier_parts-- > 0;) {
    const NameParts alias(name.begin(), name.begin() + qualifier_parts);
    std::vector<int> found;
    std::set<std::int64_t> ids;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].hidden != hidden || !SameName(columns[i].name, name[qualifier_parts])) {
        continue;
      }
      if (hidden && columns[i].hidden_from == HiddenFrom::kNames) continue;
      if (hidden && columns[i].hidden_from == HiddenFrom::kBareNames && alias.empty()) continue;
      if (!alias.empty() && !EndsWith(*this, columns[i].qualifier, alias)) continue;
      if (ids.insert(columns[i].id).second) found.push_back(static_cast<int>(i));
    }
    if (found.size() > 1) return Ambiguous(*this, name, name[qualifier_parts], found);
    if (found.size() == 1) {
      return std::optional<Match>(
          Match{found[0], NameParts(name.begin() + qualifier_parts + 1, name.end())});
    }
  }
  return std::optional<Match>();
}

std::vector<int> Scope::ColumnsOf(const NameParts& alias) const {
  std::vector<int> found;
  for (const bool hidden : {true, false}) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].hidden != hidden) continue;
      if (hidden && columns[i].hidden_from != HiddenFrom::kBareNames) continue;
      if (EndsWith(*this, columns[i].qualifier, alias)) {
        found.push_back(static_cast<int>(i));
      }
    }
  }
  return found;
}

std::optional<int> Scope::FindId(std::int64_t id) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].id == id) return static_cast<int>(i);
  }
  return std::nullopt;
}

std::optional<int> Scope::FindMetadata(std::string_view name) const {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const ScopeColumn& column = columns[i];
    if (!column.hidden || column.hidden_from != HiddenFrom::kStars) continue;
    const std::string_view own = column.name;
    const std::size_t added = own.size() - std::min(own.size(), name.size());
    if (SameName(own.substr(added), name) &&
        own.substr(0, added).find_first_not_of('_') == std::string_view::npos) {
      return static_cast<int>(i);
    }
  }
  return std::nullopt;
}

void Scope::NameMetadata() {
  for (ScopeColumn& column : columns) {
    if (!column.hidden || column.hidden_from != HiddenFrom::kStars) continue;
    const auto is_taken = [&](const ScopeColumn& other) {
      return !other.hidden && SameName(other.name, column.name);
    };
    while (std::any_of(columns.begin(), columns.end(), is_taken)) column.name.insert(0, 1, '_');
  }
}

std::vector<NameParts> Scope::Candidates() const {
  std::vector<const ScopeColumn*> sorted;
  std::set<std::int64_t> ids;
  for (const ScopeColumn& column : columns) {
    if (!column.hidden && ids.insert(column.id).second) sorted.push_back(&column);
  }
  std::sort(sorted.begin(), sorted.end(), [](const ScopeColumn* a, const ScopeColumn* b) {
    return std::pair(a->name, a->id) < std::pair(b->name, b->id);
  });
  std::vector<NameParts> names;
  for (const ScopeColumn* column : sorted) {
    names.push_back(column->QualifiedName());
  }
  return names;
}

base::Status UnresolvedAmong(const Scope& scope, const std::string& name) {
  std::string names;
  for (const ScopeColumn& column : scope.columns) {
    if (!column.hidden) names += (names.empty() ? "" : ", ") + column.name;
  }
  return AnalysisError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES",
                       {{"colName", name}, {"fieldNames", names}});
}

StructType Scope::Schema() const {
  std::vector<StructField> fields;
  fields.reserve(columns.size());
  for (const ScopeColumn& column : columns) {
    fields.push_back({column.name, column.type, column.nullable, column.metadata});
  }
  return StructType(std::move(fields));
}

}  // namespace millrace::analysis
