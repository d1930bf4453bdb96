#include <algorithm>

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "clients/files/file_scan.h"
#include "clients/files/line_reader.h"
#include "data/arrow_schema.h"

namespace millrace::clients::files {

namespace {

using base::Result;
using base::Status;
using Batch = std::shared_ptr<arrow::RecordBatch>;

constexpr std::int64_t kRowsAtATime = 8192;
constexpr std::int64_t kBytesAtATime = 8 << 20;

class TextFileReader : public DataFileReader {
 public:
  TextFileReader(LineReader lines, const TextFormat& format, std::shared_ptr<arrow::Schema> schema)
      : lines_(std::move(lines)), format_(format), schema_(std::move(schema)) {}

  Result<Batch> Next() override {
    if (format_.whole_text) return Whole();
    std::string_view line;
    std::int64_t rows = 0;
    while (rows < kRowsAtATime && values_.value_data_length() < kBytesAtATime) {
      MILLRACE_ASSIGN_OR_RETURN(const bool more, lines_.Next(&line));
      if (!more) break;
      if (!IsRow(line)) continue;
      ++rows;
      if (schema_->num_fields() > 0) MILLRACE_RETURN_IF_ERROR(Append(line));
    }
    return rows == 0 ? Batch() : Finish(rows);
  }

 private:
  bool IsRow(std::string_view line) {
    if (format_.skip_blank_lines &&
        std::ranges::all_of(line, [](char c) { return c >= 0 && c <= ' '; })) {
      return false;
    }
    if (format_.comment && line.starts_with(*format_.comment)) return false;
    if (format_.skip_header && !header_passed_) {
      header_passed_ = true;
      return false;
    }
    return true;
  }

  Status Append(std::string_view line) {
    return data::FromArrow(values_.Append(line.data(), static_cast<std::int32_t>(line.size())));
  }

  Result<Batch> Whole() {
    if (done_) return Batch();
    done_ = true;
    MILLRACE_ASSIGN_OR_RETURN(const std::string text, lines_.Rest());
    if (schema_->num_fields() > 0) MILLRACE_RETURN_IF_ERROR(Append(text));
    return Finish(1);
  }

  Result<Batch> Finish(std::int64_t rows) {
    arrow::ArrayVector columns;
    if (schema_->num_fields() > 0) {
      std::shared_ptr<arrow::Array> values;
      MILLRACE_RETURN_IF_ERROR(data::FromArrow(values_.Finish(&values)));
      columns.push_back(std::move(values));
    }
    return arrow::RecordBatch::Make(schema_, rows, std::move(columns));
  }

  LineReader lines_;
  const TextFormat format_;
  const std::shared_ptr<arrow::Schema> schema_;
  arrow::StringBuilder values_;
  bool header_passed_ = false;
  bool done_ = false;
};

}  // namespace

Result<std::unique_ptr<DataFileReader>> OpenTextFile(fs::FileSystem* file_system,
                                                     const std::string& path,
                                                     const TextFormat& format,
                                                     const StructField* value) {
  MILLRACE_ASSIGN_OR_RETURN(auto stream, OpenStream(file_system, path));
  arrow::FieldVector fields;
  if (value != nullptr) fields.push_back(arrow::field(value->name, arrow::utf8()));
  return std::unique_ptr<DataFileReader>(std::make_unique<TextFileReader>(
      LineReader(std::move(stream), format.line_separator), format,
      arrow::schema(std::move(fields))));
}

}  // namespace millrace::clients::files
