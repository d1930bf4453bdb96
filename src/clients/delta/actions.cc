#include "clients/delta/actions.h"

#include <fmt/format.h>

#include "clients/delta/file_path.h"
#include "clients/delta/json_text.h"

namespace millrace::clients::delta {

namespace {

template <typename T>
void Optional(std::string_view key, const std::optional<T>& value, JsonWriter* json) {
  if (!value.has_value()) return;
  json->Key(key);
  if constexpr (std::is_same_v<T, std::string>) {
    json->String(*value);
  } else if constexpr (std::is_same_v<T, bool>) {
    json->Bool(*value);
  } else {
    json->Number(*value);
  }
}

void Strings(const std::vector<std::string>& values, JsonWriter* json) {
  json->BeginArray();
  for (const std::string& value : values) json->String(value);
  json->EndArray();
}

template <typename Map>
void NullableMap(const Map& values, JsonWriter* json) {
  json->BeginObject();
  for (const auto& [key, value] : values) {
    json->Key(key);
    if (value.has_value()) {
      json->String(*value);
    } else {
      json->Null();
    }
  }
  json->EndObject();
}

void StringMap(const std::map<std::string, std::string>& values, JsonWriter* json) {
  json->BeginObject();
  for (const auto& [key, value] : values) json->Key(key).String(value);
  json->EndObject();
}

void Vector(const std::optional<DeletionVector>& vector, JsonWriter* json) {
  if (!vector.has_value()) return;
  json->Key("deletionVector").BeginObject();
  json->Key("storageType").String(vector->storage_type);
  json->Key("pathOrInlineDv").String(vector->path_or_inline_dv);
  Optional("offset", vector->offset, json);
  json->Key("sizeInBytes").Number(vector->size_in_bytes);
  json->Key("cardinality").Number(vector->cardinality);
  Optional("maxRowIndex", vector->max_row_index, json);
  json->EndObject();
}

struct Writer {
  JsonWriter* json;

  void operator()(const CommitInfo& info) {
    json->Key("commitInfo").BeginObject();
    Optional("inCommitTimestamp", info.in_commit_timestamp, json);
    json->Key("timestamp").Number(info.timestamp);
    json->Key("operation").String(info.operation);
    json->Key("operationParameters").BeginObject();
    for (const auto& [key, value] : info.operation_parameters) json->Key(key).Raw(value);
    json->EndObject();
    Optional("readVersion", info.read_version, json);
    Optional("isolationLevel", info.isolation_level, json);
    Optional("isBlindAppend", info.is_blind_append, json);
    if (!info.operation_metrics.empty()) {
      json->Key("operationMetrics").BeginObject();
      for (const auto& [key, value] : info.operation_metrics) json->Key(key).String(value);
      json->EndObject();
    }
    Optional("userMetadata", info.user_metadata, json);
    Optional("engineInfo", info.engine_info, json);
    Optional("txnId", info.txn_id, json);
    json->EndObject();
  }

  void operator()(const Protocol& protocol) {
    json->Key("protocol").BeginObject();
    json->Key("minReaderVersion").Number(protocol.min_reader_version);
    json->Key("minWriterVersion").Number(protocol.min_writer_version);
    if (protocol.reader_features) {
      json->Key("readerFeatures");
      Strings(*protocol.reader_features, json);
    }
    if (protocol.writer_features) {
      json->Key("writerFeatures");
      Strings(*protocol.writer_features, json);
    }
    json->EndObject();
  }

  void operator()(const Metadata& metadata) {
    json->Key("metaData").BeginObject();
    json->Key("id").String(metadata.id);
    Optional("name", metadata.name, json);
    Optional("description", metadata.description, json);
    json->Key("format").BeginObject();
    json->Key("provider").String(metadata.format_provider).Key("options");
    StringMap(metadata.format_options, json);
    json->EndObject();
    json->Key("schemaString").String(metadata.schema_string);
    json->Key("partitionColumns");
    Strings(metadata.partition_columns, json);
    json->Key("configuration");
    StringMap(metadata.configuration, json);
    Optional("createdTime", metadata.created_time, json);
    json->EndObject();
  }

  void operator()(const DomainMetadata& domain) {
    json->Key("domainMetadata").BeginObject();
    json->Key("domain").String(domain.domain);
    json->Key("configuration").String(domain.configuration);
    json->Key("removed").Bool(domain.removed);
    json->EndObject();
  }

  void operator()(const SetTransaction& txn) {
    json->Key("txn").BeginObject();
    json->Key("appId").String(txn.app_id);
    json->Key("version").Number(txn.version);
    Optional("lastUpdated", txn.last_updated, json);
    json->EndObject();
  }

  void operator()(const AddFile& add) {
    json->Key("add").BeginObject();
    json->Key("path").String(add.path);
    json->Key("partitionValues");
    NullableMap(add.partition_values, json);
    json->Key("size").Number(add.size);
    json->Key("modificationTime").Number(add.modification_time);
    json->Key("dataChange").Bool(add.data_change);
    Optional("stats", add.stats, json);
    if (add.tags) {
      json->Key("tags");
      NullableMap(*add.tags, json);
    }
    Vector(add.deletion_vector, json);
    Optional("baseRowId", add.base_row_id, json);
    Optional("defaultRowCommitVersion", add.default_row_commit_version, json);
    Optional("clusteringProvider", add.clustering_provider, json);
    json->EndObject();
  }

  void operator()(const RemoveFile& remove) {
    json->Key("remove").BeginObject();
    json->Key("path").String(remove.path);
    Optional("deletionTimestamp", remove.deletion_timestamp, json);
    json->Key("dataChange").Bool(remove.data_change);
    Optional("extendedFileMetadata", remove.extended_file_metadata, json);
    if (remove.partition_values) {
      json->Key("partitionValues");
      NullableMap(*remove.partition_values, json);
    }
    Optional("size", remove.size, json);
    Vector(remove.deletion_vector, json);
    Optional("baseRowId", remove.base_row_id, json);
    Optional("defaultRowCommitVersion", remove.default_row_commit_version, json);
    json->EndObject();
  }

  void operator()(const Sidecar& sidecar) {
    json->Key("sidecar").BeginObject();
    json->Key("path").String(sidecar.path).Key("sizeInBytes").Number(sidecar.size_in_bytes);
    json->EndObject();
  }

  void operator()(const OtherAction& other) { json->Key(other.name).BeginObject().EndObject(); }
};

}  // namespace

std::optional<std::string> Metadata::Property(const std::string& key) const {
  const auto found = configuration.find(key);
  if (found == configuration.end()) return std::nullopt;
  return found->second;
}

std::string DeletionVector::UniqueId() const {
  if (!offset) return storage_type + path_or_inline_dv;
  return fmt::format("{}{}@{}", storage_type, path_or_inline_dv, *offset);
}

std::string ToJson(const Action& action) {
  std::string text;
  JsonWriter json(&text);
  json.BeginObject();
  std::visit(Writer{&json}, action);
  json.EndObject();
  return text;
}

std::string FileKey(const std::string& path, const std::optional<DeletionVector>& deletion_vector) {
  std::string key = CanonicalPath(path);
  if (deletion_vector) {
    key.push_back('\0');
    key += deletion_vector->UniqueId();
  }
  return key;
}

}  // namespace millrace::clients::delta
