#include "clients/delta/checkpoint_rows.h"

#include <array>
#include <string>

#include <arrow/array/builder_base.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_nested.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/builder.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>

#include "data/arrow_schema.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;

using Types = std::vector<std::shared_ptr<arrow::Field>>;

std::shared_ptr<arrow::DataType> TextMap() { return arrow::map(arrow::utf8(), arrow::utf8()); }
std::shared_ptr<arrow::DataType> TextList() {
  return arrow::list(arrow::field("element", arrow::utf8()));
}

std::shared_ptr<arrow::DataType> VectorType() {
  return arrow::struct_(
      {arrow::field("storageType", arrow::utf8()), arrow::field("pathOrInlineDv", arrow::utf8()),
       arrow::field("offset", arrow::int32()), arrow::field("sizeInBytes", arrow::int32()),
       arrow::field("cardinality", arrow::int64()), arrow::field("maxRowIndex", arrow::int64())});
}

std::shared_ptr<arrow::DataType> AddType() {
  return arrow::struct_(
      {arrow::field("path", arrow::utf8()), arrow::field("partitionValues", TextMap()),
       arrow::field("size", arrow::int64()), arrow::field("modificationTime", arrow::int64()),
       arrow::field("dataChange", arrow::boolean()), arrow::field("tags", TextMap()),
       arrow::field("deletionVector", VectorType()), arrow::field("baseRowId", arrow::int64()),
       arrow::field("defaultRowCommitVersion", arrow::int64()),
       arrow::field("clusteringProvider", arrow::utf8()), arrow::field("stats", arrow::utf8())});
}

std::shared_ptr<arrow::DataType> RemoveType() {
  return arrow::struct_(
      {arrow::field("path", arrow::utf8()), arrow::field("deletionTimestamp", arrow::int64()),
       arrow::field("dataChange", arrow::boolean()),
       arrow::field("extendedFileMetadata", arrow::boolean()),
       arrow::field("partitionValues", TextMap()), arrow::field("size", arrow::int64()),
       arrow::field("deletionVector", VectorType()), arrow::field("baseRowId", arrow::int64()),
       arrow::field("defaultRowCommitVersion", arrow::int64())});
}

std::shared_ptr<arrow::DataType> MetadataType() {
  return arrow::struct_(
      {arrow::field("id", arrow::utf8()), arrow::field("name", arrow::utf8()),
       arrow::field("description", arrow::utf8()),
       arrow::field("format", arrow::struct_({arrow::field("provider", arrow::utf8()),
                                              arrow::field("options", TextMap())})),
       arrow::field("schemaString", arrow::utf8()), arrow::field("partitionColumns", TextList()),
       arrow::field("configuration", TextMap()), arrow::field("createdTime", arrow::int64())});
}

// The columns of a checkpoint; the order of Builders' slots.
enum Column { kTxn, kAdd, kRemove, kMetadata, kProtocol, kDomain, kCheckpointMetadata };

std::shared_ptr<arrow::Schema> SchemaOf(bool checkpoint_metadata) {
  Types columns = {
      arrow::field("txn", arrow::struct_({arrow::field("appId", arrow::utf8()),
                                          arrow::field("version", arrow::int64()),
                                          arrow::field("lastUpdated", arrow::int64())})),
      arrow::field("add", AddType()),
      arrow::field("remove", RemoveType()),
      arrow::field("metaData", MetadataType()),
      arrow::field("protocol", arrow::struct_({arrow::field("minReaderVersion", arrow::int32()),
                                               arrow::field("minWriterVersion", arrow::int32()),
                                               arrow::field("readerFeatures", TextList()),
                                               arrow::field("writerFeatures", TextList())})),
      arrow::field("domainMetadata", arrow::struct_({arrow::field("domain", arrow::utf8()),
                                                     arrow::field("configuration", arrow::utf8()),
                                                     arrow::field("removed", arrow::boolean())}))};
  if (checkpoint_metadata) {
    columns.push_back(
        arrow::field("checkpointMetadata", arrow::struct_({arrow::field("version", arrow::int64()),
                                                           arrow::field("tags", TextMap())})));
  }
  return arrow::schema(columns);
}

arrow::Status Put(arrow::ArrayBuilder* builder, const std::string& value) {
  return static_cast<arrow::StringBuilder*>(builder)->Append(value);
}
arrow::Status Put(arrow::ArrayBuilder* builder, std::int64_t value) {
  return static_cast<arrow::Int64Builder*>(builder)->Append(value);
}
arrow::Status Put(arrow::ArrayBuilder* builder, std::int32_t value) {
  return static_cast<arrow::Int32Builder*>(builder)->Append(value);
}
arrow::Status Put(arrow::ArrayBuilder* builder, bool value) {
  return static_cast<arrow::BooleanBuilder*>(builder)->Append(value);
}

template <typename T>
arrow::Status Put(arrow::ArrayBuilder* builder, const std::optional<T>& value);

arrow::Status Put(arrow::ArrayBuilder* builder, const std::vector<std::string>& values) {
  auto* list = static_cast<arrow::ListBuilder*>(builder);
  ARROW_RETURN_NOT_OK(list->Append());
  for (const std::string& value : values) ARROW_RETURN_NOT_OK(Put(list->value_builder(), value));
  return arrow::Status::OK();
}

template <typename Entries>
arrow::Status PutMap(arrow::ArrayBuilder* builder, const Entries& entries) {
  auto* map = static_cast<arrow::MapBuilder*>(builder);
  ARROW_RETURN_NOT_OK(map->Append());
  for (const auto& [key, value] : entries) {
    ARROW_RETURN_NOT_OK(Put(map->key_builder(), key));
    ARROW_RETURN_NOT_OK(Put(map->item_builder(), value));
  }
  return arrow::Status::OK();
}
arrow::Status Put(arrow::ArrayBuilder* builder, const PartitionValues& values) {
  return PutMap(builder, values);
}
arrow::Status Put(arrow::ArrayBuilder* builder,
                  const std::map<std::string, NullableString>& values) {
  return PutMap(builder, values);
}
arrow::Status Put(arrow::ArrayBuilder* builder, const std::map<std::string, std::string>& values) {
  return PutMap(builder, values);
}

template <typename T>
arrow::Status Put(arrow::ArrayBuilder* builder, const std::optional<T>& value) {
  return value ? Put(builder, *value) : builder->AppendNull();
}

// Fills the fields of one struct in order.
class StructRow {
 public:
  explicit StructRow(arrow::ArrayBuilder* builder)
      : builder_(static_cast<arrow::StructBuilder*>(builder)), status_(builder_->Append()) {}
  template <typename T>
  StructRow& Next(const T& value) {
    if (status_.ok()) status_ = Put(builder_->field_builder(field_++), value);
    return *this;
  }
  arrow::ArrayBuilder* NextBuilder() { return builder_->field_builder(field_++); }
  StructRow& NextVector(const std::optional<DeletionVector>& vector);
  void Fail(arrow::Status status) { status_ = std::move(status); }
  const arrow::Status& status() const { return status_; }

 private:
  arrow::StructBuilder* builder_;
  arrow::Status status_;
  int field_ = 0;
};

StructRow& StructRow::NextVector(const std::optional<DeletionVector>& vector) {
  arrow::ArrayBuilder* builder = NextBuilder();
  if (!status_.ok()) return *this;
  if (!vector) {
    status_ = builder->AppendNull();
    return *this;
  }
  StructRow nested(builder);
  nested.Next(vector->storage_type)
      .Next(vector->path_or_inline_dv)
      .Next(vector->offset)
      .Next(vector->size_in_bytes)
      .Next(vector->cardinality)
      .Next(vector->max_row_index);
  status_ = nested.status();
  return *this;
}

}  // namespace

class CheckpointRows::Builders {
 public:
  explicit Builders(const arrow::Schema& schema) {
    for (const auto& field : schema.fields()) {
      std::unique_ptr<arrow::ArrayBuilder> builder;
      status_ = arrow::MakeBuilder(arrow::default_memory_pool(), field->type(), &builder);
      if (!status_.ok()) return;
      columns_.push_back(std::move(builder));
    }
  }

  // Null in all columns but this one.
  arrow::Result<StructRow> Row(Column column) {
    ARROW_RETURN_NOT_OK(status_);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i != static_cast<std::size_t>(column)) ARROW_RETURN_NOT_OK(columns_[i]->AppendNull());
    }
    return StructRow(columns_[static_cast<std::size_t>(column)].get());
  }

  arrow::Status operator()(const SetTransaction& txn) {
    ARROW_ASSIGN_OR_RAISE(StructRow row, Row(kTxn));
    return row.Next(txn.app_id).Next(txn.version).Next(txn.last_updated).status();
  }
  arrow::Status operator()(const DomainMetadata& domain) {
    ARROW_ASSIGN_OR_RAISE(StructRow row, Row(kDomain));
    return row.Next(domain.domain).Next(domain.configuration).Next(domain.removed).status();
  }
  arrow::Status operator()(const Protocol& protocol) {
    ARROW_ASSIGN_OR_RAISE(StructRow row, Row(kProtocol));
    return row.Next(protocol.min_reader_version)
        .Next(protocol.min_writer_version)
        .Next(protocol.reader_features)
        .Next(protocol.writer_features)
        .status();
  }
  arrow::Status operator()(const Metadata& metadata) {
    ARROW_ASSIGN_OR_RAISE(StructRow row, Row(kMetadata));
    row.Next(metadata.id).Next(metadata.name).Next(metadata.description);
    StructRow format(row.NextBuilder());
    format.Next(metadata.format_provider).Next(metadata.format_options);
    ARROW_RETURN_NOT_OK(format.status());
    return row.Next(metadata.schema_string)
        .Next(metadata.partition_columns)
        .Next(metadata.configuration)
        .Next(metadata.created_time)
        .status();
  }
  arrow::Status operator()(const AddFile& add) {
    ARROW_ASSIGN_OR_RAISE(StructRow row, Row(kAdd));
    row.Next(add.path)
        .Next(add.partition_values)
        .Next(add.size)
        .Next(add.modification_time)
        .Next(false)  // dataChange: a checkpoint changes nothing.
        .Next(add.tags)
        .NextVector(add.deletion_vector)
        .Next(add.base_row_id)
        .Next(add.default_row_commit_version)
        .Next(add.clustering_provider)
        .Next(add.stats);
    return row.status();
  }
  arrow::Status operator()(const RemoveFile& remove) {
    ARROW_ASSIGN_OR_RAISE(StructRow row, Row(kRemove));
    return row.Next(remove.path)
        .Next(remove.deletion_timestamp)
        .Next(false)
        .Next(remove.extended_file_metadata)
        .Next(remove.partition_values)
        .Next(remove.size)
        .NextVector(remove.deletion_vector)
        .Next(remove.base_row_id)
        .Next(remove.default_row_commit_version)
        .status();
  }
  arrow::Status operator()(const CommitInfo&) { return NotInCheckpoint(); }
  arrow::Status operator()(const Sidecar&) { return NotInCheckpoint(); }
  arrow::Status operator()(const OtherAction&) { return NotInCheckpoint(); }

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Finish() {
    ARROW_RETURN_NOT_OK(status_);
    std::vector<std::shared_ptr<arrow::Array>> arrays;
    for (const auto& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto array, column->Finish());
      arrays.push_back(std::move(array));
    }
    return arrays;
  }

 private:
  static arrow::Status NotInCheckpoint() {
    return arrow::Status::UnknownError("this action has no place in a checkpoint");
  }

  std::vector<std::unique_ptr<arrow::ArrayBuilder>> columns_;
  arrow::Status status_;
};

CheckpointRows::CheckpointRows(bool checkpoint_metadata)
    : schema_(SchemaOf(checkpoint_metadata)), builders_(std::make_unique<Builders>(*schema_)) {}

CheckpointRows::~CheckpointRows() = default;

Status CheckpointRows::Append(const Action& action) {
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(std::visit(*builders_, action)));
  ++rows_;
  return Status::Ok();
}

Status CheckpointRows::AppendCheckpointMetadata(std::int64_t version) {
  auto row = builders_->Row(kCheckpointMetadata);
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(row.status()));
  row->Next(version).Next(std::optional<std::map<std::string, std::string>>());
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(row->status()));
  ++rows_;
  return Status::Ok();
}

Result<std::shared_ptr<arrow::RecordBatch>> CheckpointRows::Take() {
  auto arrays = builders_->Finish();
  MILLRACE_RETURN_IF_ERROR(data::FromArrow(arrays.status()));
  const std::int64_t rows = rows_;
  rows_ = 0;
  return arrow::RecordBatch::Make(schema_, rows, *std::move(arrays));
}

}  // namespace millrace::clients::delta
