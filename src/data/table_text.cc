#include "data/table_text.h"

#include <algorithm>

#include <arrow/record_batch.h>

#include "data/java_text.h"
#include "data/row_text.h"
#include "data/text_quoting.h"
#include "data/time_zone.h"

namespace millrace::data {
namespace {

using base::Result;
using base::Status;
using Row = std::vector<std::u16string>;

constexpr std::size_t kMinimumWidth = 3;

std::u16string Cell(const std::string& text, int truncate) {
  std::u16string cell = DecodeLikeJava(EscapeMetaCharacters(text));
  const auto limit = static_cast<std::size_t>(std::max(truncate, 0));
  if (limit == 0 || cell.size() <= limit) return cell;
  // No dots where they would leave nothing of the text.
  if (limit < 4) return cell.substr(0, limit);
  return cell.substr(0, limit - 3) + u"...";
}

std::string Padded(const std::u16string& cell, std::size_t width, bool right_aligned) {
  const std::string padding(width - HalfWidth(cell), ' ');
  return right_aligned ? padding + EncodeLikeJava(cell) : EncodeLikeJava(cell) + padding;
}

std::string HorizontalTable(const std::vector<Row>& rows, std::size_t columns, bool right_aligned) {
  std::vector<std::size_t> widths(columns, kMinimumWidth);
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], HalfWidth(row[i]));
  }
  std::string rule = "+";
  for (std::size_t i = 0; i < columns; ++i) {
    rule += (i > 0 ? "+" : "") + std::string(widths[i], '-');
  }
  rule += "+\n";
  std::string text = rule;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    text += '|';
    for (std::size_t i = 0; i < columns; ++i) {
      if (i > 0) text += '|';
      text += Padded(rows[r][i], widths[i], right_aligned);
    }
    text += "|\n";
    if (r == 0) text += rule;
  }
  return text + rule;
}

std::string VerticalTable(const std::vector<Row>& rows, std::size_t columns) {
  std::size_t name_width = kMinimumWidth;
  std::size_t value_width = kMinimumWidth;
  for (const std::u16string& name : rows[0]) name_width = std::max(name_width, HalfWidth(name));
  for (std::size_t r = 1; r < rows.size(); ++r) {
    for (const std::u16string& cell : rows[r]) value_width = std::max(value_width, HalfWidth(cell));
  }
  std::string text;
  for (std::size_t r = 1; r < rows.size(); ++r) {
    std::string header = "-RECORD " + std::to_string(r - 1);
    // Five characters stand around a name and a value.
    header.resize(std::max(header.size(), name_width + value_width + 5), '-');
    text += header + "\n";
    for (std::size_t i = 0; i < columns; ++i) {
      if (i > 0) text += '\n';
      text += " " + Padded(rows[0][i], name_width, false) + " | " +
              Padded(rows[r][i], value_width, false) + " ";
    }
    text += '\n';
  }
  if (rows.size() == 1) text += "(0 rows)\n";
  return text;
}

}  // namespace

Result<std::string> ShowString(const StructType& schema,
                               const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
                               int num_rows, int truncate, std::string_view time_zone,
                               bool vertical) {
  MILLRACE_ASSIGN_OR_RETURN(absl::TimeZone zone, LoadTimeZone(time_zone));
  const std::size_t wanted = static_cast<std::size_t>(std::max(num_rows, 0));
  const std::size_t columns = schema.size();
  std::vector<Row> rows(1);
  for (const StructField& field : schema.fields()) rows[0].push_back(Cell(field.name, 0));
  bool more = false;
  for (const auto& batch : batches) {
    if (batch->num_columns() != static_cast<int>(columns)) {
      return Status::Internal("a record batch with " + std::to_string(batch->num_columns()) +
                              " columns stands where one with " + std::to_string(columns) +
                              " belongs");
    }
    for (std::int64_t r = 0; r < batch->num_rows() && !more; ++r) {
      more = rows.size() - 1 == wanted;
      if (more) break;
      Row& row = rows.emplace_back();
      for (std::size_t i = 0; i < columns; ++i) {
        MILLRACE_ASSIGN_OR_RETURN(std::string text, CellText(*batch->column(static_cast<int>(i)), r,
                                                             schema[i].dataType, zone));
        row.push_back(Cell(text, truncate));
      }
    }
  }
  std::string table =
      vertical ? VerticalTable(rows, columns) : HorizontalTable(rows, columns, truncate > 0);
  if (more && !(vertical && rows.size() == 1)) {
    table += "only showing top " + std::to_string(wanted) + (wanted == 1 ? " row" : " rows");
  }
  return table;
}

}  // namespace millrace::data
