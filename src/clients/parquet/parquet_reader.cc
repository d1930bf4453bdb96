#include "clients/parquet/parquet_reader.h"

#include <exception>

#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/file_reader.h>
#include <parquet/properties.h>

namespace millrace::clients::parquet {

namespace {

using base::Result;
using base::Status;

constexpr std::int64_t kRowsAtATime = 8192;

class ArrowParquetReader : public ParquetReader {
 public:
  explicit ArrowParquetReader(std::string name) : name_(std::move(name)) {}

  Status Start(std::string bytes) {
    return Guarded([&]() -> arrow::Status {
      auto input =
          std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(bytes)));
      ::parquet::ArrowReaderProperties properties(/*use_threads=*/false);
      properties.set_batch_size(kRowsAtATime);
      properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
      ::parquet::arrow::FileReaderBuilder builder;
      ARROW_RETURN_NOT_OK(builder.Open(std::move(input)));
      builder.memory_pool(arrow::default_memory_pool())->properties(properties);
      ARROW_RETURN_NOT_OK(builder.Build().Value(&reader_));
      return reader_->GetSchema(&schema_);
    });
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }
  std::int64_t rows() const override { return reader_->parquet_reader()->metadata()->num_rows(); }

  Result<std::shared_ptr<arrow::Table>> ReadAll() override {
    std::shared_ptr<arrow::Table> table;
    MILLRACE_RETURN_IF_ERROR(Guarded([&] { return reader_->ReadTable().Value(&table); }));
    return table;
  }

  Status ForEachBatch(const std::vector<std::string>& columns,
                      const std::function<Status(const arrow::RecordBatch&)>& take) override {
    std::unique_ptr<arrow::RecordBatchReader> batches;
    MILLRACE_RETURN_IF_ERROR(Guarded([&]() -> arrow::Status {
      std::vector<int> groups(static_cast<std::size_t>(reader_->num_row_groups()));
      for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<int>(i);
      return reader_->GetRecordBatchReader(groups, LeavesOf(columns)).Value(&batches);
    }));
    while (true) {
      std::shared_ptr<arrow::RecordBatch> batch;
      MILLRACE_RETURN_IF_ERROR(Guarded([&] { return batches->ReadNext(&batch); }));
      if (batch == nullptr) return Status::Ok();
      MILLRACE_RETURN_IF_ERROR(take(*batch));
    }
  }

 private:
  // Parquet throws where Arrow returns: this is where that ends.
  template <typename Call>
  Status Guarded(Call&& call) const {
    std::string problem;
    try {
      arrow::Status status = call();
      if (status.ok()) return Status::Ok();
      problem = status.message();
    } catch (const std::exception& error) {
      problem = error.what();
    }
    return Status::Corrupt(fmt::format("{}: {}", name_, problem));
  }

  std::vector<int> LeavesOf(const std::vector<std::string>& columns) const {
    const auto& file_schema = *reader_->parquet_reader()->metadata()->schema();
    std::vector<int> leaves;
    for (int i = 0; i < file_schema.num_columns(); ++i) {
      const std::string& root = file_schema.GetColumnRoot(i)->name();
      bool wanted = columns.empty();
      for (const std::string& column : columns) wanted = wanted || column == root;
      if (wanted) leaves.push_back(i);
    }
    return leaves;
  }

  const std::string name_;
  std::unique_ptr<::parquet::arrow::FileReader> reader_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace

Result<std::unique_ptr<ParquetReader>> ParquetReader::Open(std::string bytes, std::string name) {
  auto reader = std::make_unique<ArrowParquetReader>(std::move(name));
  MILLRACE_RETURN_IF_ERROR(reader->Start(std::move(bytes)));
  return std::unique_ptr<ParquetReader>(std::move(reader));
}

}  // namespace millrace::clients::parquet
