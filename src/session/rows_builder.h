#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "connector/table.h"
#include "millrace/types.h"

namespace millrace::session {

/// A small table made row by row: what SHOW, DESCRIBE and the catalog answer. Columns are STRING,
/// BOOLEAN, INT, BIGINT, TIMESTAMP (microseconds), ARRAY<STRING> or MAP<STRING, STRING>; a column of another
/// type holds only nulls.
class RowsBuilder {
 public:
  using Cell = std::variant<std::monostate, std::string, bool, std::int64_t,
                            std::vector<std::string>,
                            std::map<std::string, std::optional<std::string>>>;

  explicit RowsBuilder(StructType schema) : schema_(std::move(schema)) {}
  /// Precondition: one cell for each column, of its type.
  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  std::shared_ptr<connector::Table> Finish() const;

  static Cell Optional(const std::optional<std::string>& text) {
    return text ? Cell(*text) : Cell();
  }

 private:
  StructType schema_;
  std::vector<std::vector<Cell>> rows_;
};

/// The answer of a command that gives no rows.
std::shared_ptr<connector::Table> NoRows();

}  // namespace millrace::session
