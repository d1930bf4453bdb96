#include "clients/parquet/parquet_writer.h"

#include <cmath>

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/io/memory.h>
#include <arrow/record_batch.h>
#include <arrow/table.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

#include "clients/parquet/output_stream.h"
#include "clients/parquet/parquet_reader.h"
#include "fs/faulty_file_system.h"
#include "fs/memory_file_system.h"

namespace millrace::clients::parquet {
namespace {

using base::Status;
using base::StatusCode;

std::shared_ptr<arrow::RecordBatch> Longs(std::int64_t first, std::int64_t count) {
  arrow::Int64Builder builder;
  for (std::int64_t i = 0; i < count; ++i) EXPECT_TRUE(builder.Append(first + i).ok());
  return arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int64())}), count,
                                  {builder.Finish().ValueOrDie()});
}

class ParquetFiles : public ::testing::Test {
 protected:
  std::unique_ptr<ParquetWriter> Open(std::shared_ptr<arrow::Schema> schema,
                                      const WriterOptions& options = {}) {
    auto file = memory_.OpenOutput("/d/f.parquet");
    EXPECT_TRUE(file.ok()) << file.status().ToString();
    auto writer = ParquetWriter::Open(std::move(file).value(), std::move(schema), options);
    EXPECT_TRUE(writer.ok()) << writer.status().ToString();
    return std::move(writer).value();
  }
  std::string Bytes() { return memory_.Read("/d/f.parquet").value(); }
  std::shared_ptr<arrow::Table> ReadBack() {
    auto reader = ParquetReader::Open(Bytes(), "f.parquet");
    EXPECT_TRUE(reader.ok()) << reader.status().ToString();
    return (*reader)->ReadAll().value();
  }

  fs::MemoryFileSystem memory_;
};

TEST_F(ParquetFiles, RowsComeBack) {
  auto writer = Open(Longs(0, 0)->schema());
  ASSERT_TRUE(writer->Write(*Longs(0, 3)).ok());
  ASSERT_TRUE(writer->Write(*Longs(0, 0)).ok());
  ASSERT_TRUE(writer->Write(*Longs(3, 2)).ok());
  EXPECT_EQ(writer->rows(), 5);
  const auto size = writer->Close();
  ASSERT_TRUE(size.ok()) << size.status().ToString();
  EXPECT_EQ(*size, static_cast<std::int64_t>(Bytes().size()));
  const auto table = ReadBack();
  EXPECT_TRUE(table->CombineChunksToBatch().ValueOrDie()->Equals(*Longs(0, 5)));
}

TEST_F(ParquetFiles, WritesOfAllSizesKeepTheirOrder) {
  OutputStream stream(memory_.OpenOutput("/d/f.parquet").value());
  std::string expected;
  char fill = 'a';
  for (const std::size_t first : {1, 100'000, 140'000, 200'000, 260'000, 300'000}) {
    for (const std::size_t second : {1, 100'000, 140'000, 200'000, 260'000, 300'000}) {
      for (const std::size_t size : {first, second}) {
        const std::string bytes(size, fill);
        fill = fill == 'z' ? 'a' : static_cast<char>(fill + 1);
        ASSERT_TRUE(stream.Write(bytes.data(), static_cast<std::int64_t>(size)).ok());
        expected += bytes;
      }
    }
  }
  ASSERT_TRUE(stream.Close().ok());
  ASSERT_TRUE(stream.CloseFile().ok());
  EXPECT_TRUE(Bytes() == expected);
}

TEST_F(ParquetFiles, NothingIsVisibleBeforeClose) {
  auto writer = Open(Longs(0, 0)->schema());
  ASSERT_TRUE(writer->Write(*Longs(0, 3)).ok());
  EXPECT_FALSE(memory_.Stat("/d/f.parquet").value().has_value());
  writer.reset();
  EXPECT_FALSE(memory_.Stat("/d/f.parquet").value().has_value());
  EXPECT_TRUE(memory_.List("/d").value().empty());
}

TEST_F(ParquetFiles, SlicesAreWrittenAsSlices) {
  auto writer = Open(Longs(0, 0)->schema());
  ASSERT_TRUE(writer->Write(*Longs(0, 100)->Slice(10, 5)).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_TRUE(ReadBack()->CombineChunksToBatch().ValueOrDie()->Equals(*Longs(10, 5)));
}

TEST_F(ParquetFiles, TheFormThatEveryReaderTakes) {
  const auto schema =
      arrow::schema({arrow::field("d", arrow::decimal128(9, 2)),
                     arrow::field("t", arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"))});
  arrow::Decimal128Builder decimals(arrow::decimal128(9, 2));
  arrow::TimestampBuilder times(schema->field(1)->type(), arrow::default_memory_pool());
  ASSERT_TRUE(decimals.Append(arrow::Decimal128(-123)).ok() && times.Append(1'000'001).ok());
  auto writer = Open(schema);
  ASSERT_TRUE(writer
                  ->Write(*arrow::RecordBatch::Make(
                      schema, 1, {decimals.Finish().ValueOrDie(), times.Finish().ValueOrDie()}))
                  .ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(Bytes().find("ARROW:schema"), std::string::npos);
  const auto table = ReadBack();
  EXPECT_TRUE(table->schema()->Equals(*schema, false)) << table->schema()->ToString();
}

TEST_F(ParquetFiles, FieldIdsAreKept) {
  const auto field = arrow::field("n", arrow::int64())
                         ->WithMetadata(arrow::key_value_metadata({"PARQUET:field_id"}, {"17"}));
  auto writer = Open(arrow::schema({field}));
  ASSERT_TRUE(writer->Write(*Longs(0, 1)).ok());
  ASSERT_TRUE(writer->Close().ok());
  EXPECT_EQ(ReadBack()->schema()->field(0)->metadata()->Get("PARQUET:field_id").ValueOrDie(), "17");
}

TEST_F(ParquetFiles, PairsOfTheFooterAreKept) {
  WriterOptions options;
  options.metadata["org.apache.spark.sql.parquet.row.metadata"] = "{}";
  auto writer = Open(Longs(0, 0)->schema(), options);
  ASSERT_TRUE(writer->Close().ok());
  const auto reader = ParquetReader::Open(Bytes(), "f").value();
  EXPECT_EQ(reader->Metadata("org.apache.spark.sql.parquet.row.metadata"), "{}");
  EXPECT_EQ(reader->Metadata("other"), std::nullopt);
}

// Spark would skip the NaN rows of `d > 1` by bounds that leave NaN out.
TEST_F(ParquetFiles, NoBoundsOfFloatingPointColumns) {
  const auto inner = arrow::struct_({arrow::field("d", arrow::float64())});
  const auto schema = arrow::schema({arrow::field("s", inner), arrow::field("n", arrow::int64())});
  arrow::DoubleBuilder doubles;
  ASSERT_TRUE(doubles.Append(0.5).ok() && doubles.Append(std::nan("")).ok());
  const auto structs = std::make_shared<arrow::StructArray>(
      inner, 2, arrow::ArrayVector{doubles.Finish().ValueOrDie()});
  auto writer = Open(schema);
  ASSERT_TRUE(
      writer->Write(*arrow::RecordBatch::Make(schema, 2, {structs, Longs(0, 2)->column(0)})).ok());
  ASSERT_TRUE(writer->Close().ok());
  const auto file = ::parquet::ParquetFileReader::Open(
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(Bytes())));
  const auto group = file->metadata()->RowGroup(0);
  const auto has_bounds = [&](int column) {
    const auto statistics = group->ColumnChunk(column)->statistics();
    return statistics != nullptr && statistics->HasMinMax();
  };
  EXPECT_FALSE(has_bounds(0));
  EXPECT_TRUE(has_bounds(1));
}

TEST_F(ParquetFiles, RowGroupsEndByBytes) {
  WriterOptions options;
  options.row_group_bytes = 8 * 1000;
  options.compression = Compression::kNone;
  auto writer = Open(Longs(0, 0)->schema(), options);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(writer->Write(*Longs(i * 500, 500)).ok());
  ASSERT_TRUE(writer->Close().ok());
  int batches = 0;
  auto reader = ParquetReader::Open(Bytes(), "f").value();
  EXPECT_EQ(reader->rows(), 5000);
  ASSERT_TRUE(reader
                  ->ForEachBatch({"n"},
                                 [&](const arrow::RecordBatch&) {
                                   ++batches;
                                   return Status::Ok();
                                 })
                  .ok());
  EXPECT_GE(batches, 1);
}

TEST_F(ParquetFiles, AFullDiskIsToldAsSuch) {
  fs::FaultyFileSystem full(&memory_, [](const fs::Operation& operation) {
    return operation.kind == fs::Operation::Kind::kAppend ? fs::Fault::kNoSpace : fs::Fault::kNone;
  });
  auto writer =
      ParquetWriter::Open(full.OpenOutput("/d/f.parquet").value(), Longs(0, 0)->schema(), {});
  ASSERT_TRUE(writer.ok());
  Status status = (*writer)->Write(*Longs(0, 1000));
  if (status.ok()) status = (*writer)->Close().status();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status.ToString();
  EXPECT_THAT(status.message(), ::testing::HasSubstr("No space left on device"));
}

TEST(ParquetReader, GarbageIsCorruptAndNamed) {
  for (const std::string bytes : {"", "PAR1", "PAR1xxxxxxxxxxxxxxxxPAR1", "no parquet at all"}) {
    const auto reader = ParquetReader::Open(bytes, "some/file.parquet");
    ASSERT_FALSE(reader.ok());
    EXPECT_EQ(reader.status().code(), StatusCode::kCorrupt);
    EXPECT_THAT(reader.status().message(), ::testing::StartsWith("some/file.parquet: "));
  }
}

TEST_F(ParquetFiles, ADamagedFileNeverCrashes) {
  auto writer = Open(Longs(0, 0)->schema());
  ASSERT_TRUE(writer->Write(*Longs(0, 300)).ok());
  ASSERT_TRUE(writer->Close().ok());
  const std::string whole = Bytes();
  for (std::size_t at = 0; at < whole.size(); at += 7) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    auto reader = ParquetReader::Open(damaged, "damaged");
    if (reader.ok()) {
      (void)(*reader)->ReadAll().ok();
    }
  }
}

TEST(Compression, NamesOfSpark) {
  EXPECT_EQ(ParseCompression("SNAPPY").value(), Compression::kSnappy);
  EXPECT_EQ(ParseCompression("uncompressed").value(), Compression::kNone);
  EXPECT_EQ(ParseCompression("brotli").status().code(), StatusCode::kUnsupported);
  EXPECT_EQ(ParseCompression("zip").status().code(), StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace millrace::clients::parquet
