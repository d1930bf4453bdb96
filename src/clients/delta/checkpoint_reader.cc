#include "clients/delta/checkpoint_reader.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <fmt/format.h>

#include "clients/delta/action_reader.h"
#include "clients/delta/file_path.h"
#include "clients/parquet/parquet_reader.h"

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;
using Take = std::function<Status(Action&&)>;

std::optional<std::string> TextAt(const arrow::Array* array, std::int64_t row) {
  if (array == nullptr || array->IsNull(row)) return std::nullopt;
  switch (array->type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY:
      return std::string(static_cast<const arrow::BinaryArray*>(array)->GetView(row));
    case arrow::Type::LARGE_STRING:
    case arrow::Type::LARGE_BINARY:
      return std::string(static_cast<const arrow::LargeBinaryArray*>(array)->GetView(row));
    default:
      return std::nullopt;
  }
}

// The fields of one action column; a field that the file does not have reads as absent. A field of
// the wrong type is remembered as the problem of the file.
class ActionColumn {
 public:
  ActionColumn(const char* name, const std::shared_ptr<arrow::Array>& column, std::string* problem)
      : struct_(std::dynamic_pointer_cast<arrow::StructArray>(column)), problem_(problem) {
    const bool filled = column != nullptr && column->null_count() < column->length();
    if (struct_ == nullptr && filled) Wrong(name);
  }

  bool Has(std::int64_t row) const { return struct_ != nullptr && struct_->IsValid(row); }

  void Require(const char* key, std::int64_t row) const {
    const arrow::Array* array = Child(key);
    if (array != nullptr && array->IsValid(row)) return;
    if (problem_->empty()) *problem_ = fmt::format("\"{}\" is missing", key);
  }
  void Read(const char* key, std::int64_t row, std::string* out) const {
    const arrow::Array* array = Child(key);
    if (array == nullptr || array->IsNull(row)) return;
    auto text = TextAt(array, row);
    if (!text) return Wrong(key);
    *out = std::move(*text);
  }
  void Read(const char* key, std::int64_t row, std::int64_t* out) const {
    const arrow::Array* array = Child(key);
    if (array == nullptr || array->IsNull(row)) return;
    if (array->type_id() == arrow::Type::INT64) {
      *out = static_cast<const arrow::Int64Array*>(array)->Value(row);
    } else if (array->type_id() == arrow::Type::INT32) {
      *out = static_cast<const arrow::Int32Array*>(array)->Value(row);
    } else {
      Wrong(key);
    }
  }
  void Read(const char* key, std::int64_t row, std::int32_t* out) const {
    std::int64_t wide = *out;
    Read(key, row, &wide);
    if (!std::in_range<std::int32_t>(wide)) return Wrong(key);
    *out = static_cast<std::int32_t>(wide);
  }
  void Read(const char* key, std::int64_t row, bool* out) const {
    const arrow::Array* array = Child(key);
    if (array == nullptr || array->IsNull(row)) return;
    if (array->type_id() != arrow::Type::BOOL) return Wrong(key);
    *out = static_cast<const arrow::BooleanArray*>(array)->Value(row);
  }
  void Read(const char* key, std::int64_t row, std::vector<std::string>* out) const {
    const arrow::Array* array = Child(key);
    if (array == nullptr || array->IsNull(row)) return;
    const auto* list = dynamic_cast<const arrow::ListArray*>(array);
    if (list == nullptr) return Wrong(key);
    for (std::int64_t i = list->value_offset(row); i < list->value_offset(row + 1); ++i) {
      out->push_back(TextAt(list->values().get(), i).value_or(""));
    }
  }
  void Read(const char* key, std::int64_t row, PartitionValues* out) const {
    const arrow::Array* array = Child(key);
    if (array == nullptr || array->IsNull(row)) return;
    const auto* map = dynamic_cast<const arrow::MapArray*>(array);
    if (map == nullptr) return Wrong(key);
    for (std::int64_t i = map->value_offset(row); i < map->value_offset(row + 1); ++i) {
      out->emplace_back(TextAt(map->keys().get(), i).value_or(""), TextAt(map->items().get(), i));
    }
  }
  void Read(const char* key, std::int64_t row, std::map<std::string, NullableString>* out) const {
    PartitionValues entries;
    Read(key, row, &entries);
    for (auto& [name, value] : entries) (*out)[name] = std::move(value);
  }
  void Read(const char* key, std::int64_t row, std::map<std::string, std::string>* out) const {
    PartitionValues entries;
    Read(key, row, &entries);
    for (auto& [name, value] : entries) (*out)[name] = value.value_or("");
  }
  void Read(const char* key, std::int64_t row, DeletionVector* out) const {
    const ActionColumn vector = Nested(key);
    vector.Read("storageType", row, &out->storage_type);
    vector.Read("pathOrInlineDv", row, &out->path_or_inline_dv);
    vector.Read("offset", row, &out->offset);
    vector.Read("sizeInBytes", row, &out->size_in_bytes);
    vector.Read("cardinality", row, &out->cardinality);
    vector.Read("maxRowIndex", row, &out->max_row_index);
  }
  template <typename T>
  void Read(const char* key, std::int64_t row, std::optional<T>* out) const {
    const arrow::Array* array = Child(key);
    if (array == nullptr || array->IsNull(row)) return;
    T value{};
    Read(key, row, &value);
    *out = std::move(value);
  }

  ActionColumn Nested(const char* key) const {
    return ActionColumn(key, struct_ == nullptr ? nullptr : struct_->GetFieldByName(key), problem_);
  }

 private:
  void Wrong(const char* key) const {
    if (problem_->empty()) *problem_ = fmt::format("\"{}\" has the wrong type", key);
  }
  const arrow::Array* Child(const char* key) const {
    if (struct_ == nullptr) return nullptr;
    for (const auto& [name, child] : children_) {
      if (name == key) return child.get();  // The same literal: no need to compare its letters.
    }
    children_.emplace_back(key, struct_->GetFieldByName(key));
    return children_.back().second.get();
  }

  std::shared_ptr<arrow::StructArray> struct_;
  std::string* problem_;
  mutable std::vector<std::pair<const char*, std::shared_ptr<arrow::Array>>> children_;
};

AddFile AddAt(const ActionColumn& column, std::int64_t row) {
  AddFile add;
  column.Require("path", row);
  column.Read("path", row, &add.path);
  column.Read("partitionValues", row, &add.partition_values);
  column.Read("size", row, &add.size);
  column.Read("modificationTime", row, &add.modification_time);
  column.Read("dataChange", row, &add.data_change);
  column.Read("stats", row, &add.stats);
  column.Read("tags", row, &add.tags);
  column.Read("deletionVector", row, &add.deletion_vector);
  column.Read("baseRowId", row, &add.base_row_id);
  column.Read("defaultRowCommitVersion", row, &add.default_row_commit_version);
  column.Read("clusteringProvider", row, &add.clustering_provider);
  return add;
}

RemoveFile RemoveAt(const ActionColumn& column, std::int64_t row) {
  RemoveFile remove;
  column.Require("path", row);
  column.Read("path", row, &remove.path);
  column.Read("deletionTimestamp", row, &remove.deletion_timestamp);
  column.Read("dataChange", row, &remove.data_change);
  column.Read("extendedFileMetadata", row, &remove.extended_file_metadata);
  column.Read("partitionValues", row, &remove.partition_values);
  column.Read("size", row, &remove.size);
  column.Read("deletionVector", row, &remove.deletion_vector);
  column.Read("baseRowId", row, &remove.base_row_id);
  column.Read("defaultRowCommitVersion", row, &remove.default_row_commit_version);
  return remove;
}

Metadata MetadataAt(const ActionColumn& column, std::int64_t row) {
  Metadata metadata;
  column.Read("id", row, &metadata.id);
  column.Read("name", row, &metadata.name);
  column.Read("description", row, &metadata.description);
  const ActionColumn format = column.Nested("format");
  format.Read("provider", row, &metadata.format_provider);
  format.Read("options", row, &metadata.format_options);
  column.Read("schemaString", row, &metadata.schema_string);
  column.Read("partitionColumns", row, &metadata.partition_columns);
  column.Read("configuration", row, &metadata.configuration);
  column.Read("createdTime", row, &metadata.created_time);
  return metadata;
}

Protocol ProtocolAt(const ActionColumn& column, std::int64_t row) {
  Protocol protocol;
  column.Require("minReaderVersion", row);
  column.Require("minWriterVersion", row);
  column.Read("minReaderVersion", row, &protocol.min_reader_version);
  column.Read("minWriterVersion", row, &protocol.min_writer_version);
  column.Read("readerFeatures", row, &protocol.reader_features);
  column.Read("writerFeatures", row, &protocol.writer_features);
  return protocol;
}

// The columns of one record batch.
class ActionBatch {
 public:
  explicit ActionBatch(const arrow::RecordBatch& batch)
      : txn_("txn", batch.GetColumnByName("txn"), &problem_),
        add_("add", batch.GetColumnByName("add"), &problem_),
        remove_("remove", batch.GetColumnByName("remove"), &problem_),
        metadata_("metaData", batch.GetColumnByName("metaData"), &problem_),
        protocol_("protocol", batch.GetColumnByName("protocol"), &problem_),
        domain_("domainMetadata", batch.GetColumnByName("domainMetadata"), &problem_),
        sidecar_("sidecar", batch.GetColumnByName("sidecar"), &problem_) {}
  ActionBatch(const ActionBatch&) = delete;
  ActionBatch& operator=(const ActionBatch&) = delete;

  /// Nothing for a row that holds none of these.
  std::optional<Action> ActionAt(std::int64_t row) const {
    if (add_.Has(row)) return AddAt(add_, row);
    if (remove_.Has(row)) return RemoveAt(remove_, row);
    if (metadata_.Has(row)) return MetadataAt(metadata_, row);
    if (protocol_.Has(row)) return ProtocolAt(protocol_, row);
    if (txn_.Has(row)) {
      SetTransaction txn;
      txn_.Require("appId", row);
      txn_.Require("version", row);
      txn_.Read("appId", row, &txn.app_id);
      txn_.Read("version", row, &txn.version);
      txn_.Read("lastUpdated", row, &txn.last_updated);
      return txn;
    }
    if (domain_.Has(row)) {
      DomainMetadata domain;
      domain_.Require("domain", row);
      domain_.Read("domain", row, &domain.domain);
      domain_.Read("configuration", row, &domain.configuration);
      domain_.Read("removed", row, &domain.removed);
      return domain;
    }
    if (sidecar_.Has(row)) {
      Sidecar sidecar;
      sidecar_.Require("path", row);
      sidecar_.Read("path", row, &sidecar.path);
      sidecar_.Read("sizeInBytes", row, &sidecar.size_in_bytes);
      return sidecar;
    }
    return std::nullopt;
  }
  const std::string& problem() const { return problem_; }

 private:
  std::string problem_;
  ActionColumn txn_, add_, remove_, metadata_, protocol_, domain_, sidecar_;
};

}  // namespace

Status ReadCheckpointFile(std::string bytes, const std::string& file, CheckpointContent content,
                          const Take& take) {
  MILLRACE_ASSIGN_OR_RETURN(auto reader, parquet::ParquetReader::Open(std::move(bytes), file));
  std::vector<std::string> columns = {"txn", "metaData", "protocol", "domainMetadata", "sidecar"};
  if (content == CheckpointContent::kAll) {
    columns.push_back("add");
    columns.push_back("remove");
  }
  return reader->ForEachBatch(columns, [&](const arrow::RecordBatch& batch) -> Status {
    const ActionBatch actions(batch);
    for (std::int64_t row = 0; row < batch.num_rows(); ++row) {
      std::optional<Action> action = actions.ActionAt(row);
      if (!actions.problem().empty()) {
        return Status::Corrupt(fmt::format("{}: {}", file, actions.problem()));
      }
      if (action) MILLRACE_RETURN_IF_ERROR(take(*std::move(action)));
    }
    return Status::Ok();
  });
}

Status ReadCheckpoint(fs::FileSystem* file_system, const std::string& log_path,
                      const CheckpointFiles& checkpoint, CheckpointContent content,
                      const Take& take) {
  std::vector<Sidecar> sidecars;
  const Take sort = [&](Action&& action) -> Status {
    if (auto* sidecar = std::get_if<Sidecar>(&action)) {
      sidecars.push_back(std::move(*sidecar));
      return Status::Ok();
    }
    return take(std::move(action));
  };
  for (const std::string& name : checkpoint.names) {
    const std::string path = fs::Join(log_path, name);
    MILLRACE_ASSIGN_OR_RETURN(std::string bytes, file_system->Read(path));
    if (name.ends_with(".json")) {
      MILLRACE_RETURN_IF_ERROR(ReadActions(bytes, path, sort));
    } else {
      MILLRACE_RETURN_IF_ERROR(ReadCheckpointFile(std::move(bytes), path, content, sort));
    }
  }
  if (content == CheckpointContent::kWithoutFiles) return Status::Ok();
  for (const Sidecar& sidecar : sidecars) {
    const std::string path = fs::Join(fs::Join(log_path, "_sidecars"), DecodePath(sidecar.path));
    MILLRACE_ASSIGN_OR_RETURN(std::string bytes, file_system->Read(path));
    MILLRACE_RETURN_IF_ERROR(ReadCheckpointFile(std::move(bytes), path, content, take));
  }
  return Status::Ok();
}

}  // namespace millrace::clients::delta
