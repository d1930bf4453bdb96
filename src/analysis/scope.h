#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/names.h"
#include "base/result.h"
#include "millrace/types.h"

namespace millrace::analysis {

/// What finds a column that is not among those of its relation.
enum class HiddenFrom {
  kBareNames,  ///< A qualified name or its identity: what a USING join leaves of the other side.
  kStars,      ///< Names too, where no other column has them: `_metadata` of files.
  kNames,      ///< The same behind a view: input_file_name() alone.
};

/// One column that a relation gives to the expressions above it.
struct ScopeColumn {
  std::string name;
  /// The alias of the relation, or empty.
  NameParts qualifier;
  DataType type;
  bool nullable = true;
  std::string metadata = "{}";
  /// Stays the same while the column is only passed on; Spark's exprId.
  std::int64_t id = 0;
  bool hidden = false;
  HiddenFrom hidden_from = HiddenFrom::kBareNames;

  NameParts QualifiedName() const;
};

/// The columns of one relation, in order, and how names find them.
struct Scope {
  std::vector<ScopeColumn> columns;
  /// spark.sql.caseSensitive.
  bool case_sensitive = false;

  struct Match {
    int column;
    NameParts fields;  ///< What of the name is left after the column: nested fields.
  };

  bool SameName(std::string_view a, std::string_view b) const;
  /// The column that `name` means, none when there is none, AMBIGUOUS_REFERENCE when there are
  /// several. A qualified column goes before a nested field, and what is visible before what is
  /// hidden.
  base::Result<std::optional<Match>> Find(const NameParts& name) const;
  /// The columns of the relation with this alias, for `alias.*`: those of USING first.
  std::vector<int> ColumnsOf(const NameParts& alias) const;
  /// The first column with this identity.
  std::optional<int> FindId(std::int64_t id) const;
  /// Qualified names in the order in which Spark proposes them: by name.
  std::vector<NameParts> Candidates() const;
  /// The metadata of files that is called `name`, whatever it is called here.
  std::optional<int> FindMetadata(std::string_view name) const;
  /// Puts underscores before the names of metadata until no column has the same, as Spark does.
  void NameMetadata();
  StructType Schema() const;

 private:
  base::Result<std::optional<Match>> FindAmong(const NameParts& name, bool hidden) const;
};

/// What a name is that has to be a column's and is none.
base::Status UnresolvedAmong(const Scope& scope, const std::string& name);

}  // namespace millrace::analysis
