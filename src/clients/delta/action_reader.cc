#include "clients/delta/action_reader.h"

#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

namespace millrace::clients::delta {

namespace {

using base::Result;
using base::Status;
using simdjson::dom::element;
using simdjson::dom::object;

// Typed access to the fields of one action. A field of the wrong type is remembered as the problem
// of the action; a field that is absent or null leaves the target as it is.
class Fields {
 public:
  explicit Fields(object source) : source_(source) {}

  void Read(std::string_view key, std::string* out) {
    std::string_view text;
    if (Get(key, &text)) *out = std::string(text);
  }
  void Read(std::string_view key, bool* out) { Get(key, out); }
  void Read(std::string_view key, std::int64_t* out) { Get(key, out); }
  void Read(std::string_view key, std::int32_t* out) {
    std::int64_t wide = *out;
    if (!Get(key, &wide)) return;
    if (!std::in_range<std::int32_t>(wide)) return Wrong(key);
    *out = static_cast<std::int32_t>(wide);
  }
  template <typename T>
  void Read(std::string_view key, std::optional<T>* out) {
    if (!Has(key)) return;
    T value{};
    Read(key, &value);
    *out = std::move(value);
  }
  void Read(std::string_view key, std::vector<std::string>* out) {
    simdjson::dom::array values;
    if (!Get(key, &values)) return;
    for (const element value : values) {
      std::string_view text;
      if (value.get(text) != simdjson::SUCCESS) return Wrong(key);
      out->emplace_back(text);
    }
  }
  void Read(std::string_view key, std::map<std::string, std::string>* out) {
    EachEntry(key, [&](std::string_view name, NullableString value) {
      (*out)[std::string(name)] = value.value_or("");
    });
  }
  void Read(std::string_view key, std::map<std::string, NullableString>* out) {
    EachEntry(key, [&](std::string_view name, NullableString value) {
      (*out)[std::string(name)] = std::move(value);
    });
  }
  void Read(std::string_view key, PartitionValues* out) {
    EachEntry(key, [&](std::string_view name, NullableString value) {
      out->emplace_back(std::string(name), std::move(value));
    });
  }
  void Read(std::string_view key, DeletionVector* out) {
    object nested;
    if (!Get(key, &nested)) return;
    Fields fields(nested);
    fields.Read("storageType", &out->storage_type);
    fields.Read("pathOrInlineDv", &out->path_or_inline_dv);
    fields.Read("offset", &out->offset);
    fields.Read("sizeInBytes", &out->size_in_bytes);
    fields.Read("cardinality", &out->cardinality);
    fields.Read("maxRowIndex", &out->max_row_index);
    if (!fields.problem_.empty()) problem_ = fmt::format("{}.{}", key, fields.problem_);
  }

  bool Has(std::string_view key) const {
    element value;
    return source_[key].get(value) == simdjson::SUCCESS && !value.is_null();
  }
  /// A field that may not be absent.
  void Require(std::string_view key) {
    if (!Has(key) && problem_.empty()) problem_ = fmt::format("\"{}\" is missing", key);
  }
  /// What is wrong so far does not matter.
  void Forgive() { problem_.clear(); }
  object source() const { return source_; }
  const std::string& problem() const { return problem_; }

 private:
  template <typename T>
  bool Get(std::string_view key, T* out) {
    element value;
    if (source_[key].get(value) != simdjson::SUCCESS || value.is_null()) return false;
    if (value.get(*out) == simdjson::SUCCESS) return true;
    Wrong(key);
    return false;
  }
  void Wrong(std::string_view key) {
    if (problem_.empty()) problem_ = fmt::format("\"{}\" has the wrong type", key);
  }
  template <typename Take>
  void EachEntry(std::string_view key, Take&& take) {
    object entries;
    if (!Get(key, &entries)) return;
    for (const auto& [name, value] : entries) {
      std::string_view text;
      if (value.is_null()) {
        take(name, std::nullopt);
      } else if (value.get(text) == simdjson::SUCCESS) {
        take(name, std::string(text));
      } else {
        take(name, simdjson::minify(value));  // Old writers put bare numbers there.
      }
    }
  }

  object source_;
  std::string problem_;
};

// Provenance, in which engines write what they like; only the timestamp has a meaning for others.
CommitInfo ReadCommitInfo(Fields* fields) {
  CommitInfo info;
  fields->Read("timestamp", &info.timestamp);
  fields->Read("operation", &info.operation);
  fields->Read("isBlindAppend", &info.is_blind_append);
  fields->Read("engineInfo", &info.engine_info);
  fields->Read("txnId", &info.txn_id);
  fields->Read("userMetadata", &info.user_metadata);
  object parameters;
  if (fields->source()["operationParameters"].get(parameters) == simdjson::SUCCESS) {
    for (const auto& [key, value] : parameters) {
      info.operation_parameters.emplace_back(std::string(key), simdjson::minify(value));
    }
  }
  fields->Read("readVersion", &info.read_version);
  fields->Read("isolationLevel", &info.isolation_level);
  object metrics;
  if (fields->source()["operationMetrics"].get(metrics) == simdjson::SUCCESS) {
    for (const auto& [key, value] : metrics) {
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS) {
        info.operation_metrics.emplace_back(std::string(key), std::string(text));
      }
    }
  }
  fields->Forgive();
  fields->Read("inCommitTimestamp", &info.in_commit_timestamp);
  return info;
}

Protocol ReadProtocol(Fields* fields) {
  Protocol protocol;
  fields->Require("minReaderVersion");
  fields->Require("minWriterVersion");
  fields->Read("minReaderVersion", &protocol.min_reader_version);
  fields->Read("minWriterVersion", &protocol.min_writer_version);
  fields->Read("readerFeatures", &protocol.reader_features);
  fields->Read("writerFeatures", &protocol.writer_features);
  return protocol;
}

Metadata ReadMetadata(Fields* fields) {
  Metadata metadata;
  fields->Read("id", &metadata.id);
  fields->Read("name", &metadata.name);
  fields->Read("description", &metadata.description);
  object format;
  if (fields->source()["format"].get(format) == simdjson::SUCCESS) {
    Fields nested(format);
    nested.Read("provider", &metadata.format_provider);
    nested.Read("options", &metadata.format_options);
  }
  fields->Read("schemaString", &metadata.schema_string);
  fields->Read("partitionColumns", &metadata.partition_columns);
  fields->Read("configuration", &metadata.configuration);
  fields->Read("createdTime", &metadata.created_time);
  return metadata;
}

AddFile ReadAdd(Fields* fields) {
  AddFile add;
  fields->Require("path");
  fields->Read("path", &add.path);
  fields->Read("partitionValues", &add.partition_values);
  fields->Read("size", &add.size);
  fields->Read("modificationTime", &add.modification_time);
  fields->Read("dataChange", &add.data_change);
  fields->Read("stats", &add.stats);
  fields->Read("tags", &add.tags);
  fields->Read("deletionVector", &add.deletion_vector);
  fields->Read("baseRowId", &add.base_row_id);
  fields->Read("defaultRowCommitVersion", &add.default_row_commit_version);
  fields->Read("clusteringProvider", &add.clustering_provider);
  return add;
}

RemoveFile ReadRemove(Fields* fields) {
  RemoveFile remove;
  fields->Require("path");
  fields->Read("path", &remove.path);
  fields->Read("deletionTimestamp", &remove.deletion_timestamp);
  fields->Read("dataChange", &remove.data_change);
  fields->Read("extendedFileMetadata", &remove.extended_file_metadata);
  fields->Read("partitionValues", &remove.partition_values);
  fields->Read("size", &remove.size);
  fields->Read("deletionVector", &remove.deletion_vector);
  fields->Read("baseRowId", &remove.base_row_id);
  fields->Read("defaultRowCommitVersion", &remove.default_row_commit_version);
  return remove;
}

SetTransaction ReadTransaction(Fields* fields) {
  SetTransaction txn;
  fields->Require("appId");
  fields->Require("version");
  fields->Read("appId", &txn.app_id);
  fields->Read("version", &txn.version);
  fields->Read("lastUpdated", &txn.last_updated);
  return txn;
}

Action ReadAction(std::string_view name, Fields* fields) {
  if (name == "add") return ReadAdd(fields);
  if (name == "remove") return ReadRemove(fields);
  if (name == "txn") return ReadTransaction(fields);
  if (name == "metaData") return ReadMetadata(fields);
  if (name == "protocol") return ReadProtocol(fields);
  if (name == "commitInfo") return ReadCommitInfo(fields);
  if (name == "domainMetadata") {
    DomainMetadata domain;
    fields->Require("domain");
    fields->Read("domain", &domain.domain);
    fields->Read("configuration", &domain.configuration);
    fields->Read("removed", &domain.removed);
    return domain;
  }
  if (name == "sidecar") {
    Sidecar sidecar;
    fields->Require("path");
    fields->Read("path", &sidecar.path);
    fields->Read("sizeInBytes", &sidecar.size_in_bytes);
    return sidecar;
  }
  return OtherAction{std::string(name)};
}

// What is wrong with the line, or nothing.
Result<std::string> ReadLine(std::string_view line, simdjson::dom::parser* parser,
                             const std::function<Status(Action&&)>& take) {
  object root;
  if (const auto error = parser->parse(line.data(), line.size()).get(root)) {
    return std::string(simdjson::error_message(error));
  }
  for (const auto& [name, value] : root) {
    object body;
    if (value.is_null()) continue;
    if (value.get(body) != simdjson::SUCCESS) {
      return fmt::format("\"{}\" is not an object", name);
    }
    Fields fields(body);
    Action action = ReadAction(name, &fields);
    if (!fields.problem().empty()) return fmt::format("{}: {}", name, fields.problem());
    MILLRACE_RETURN_IF_ERROR(take(std::move(action)));
  }
  return std::string();
}

}  // namespace

Status ReadActions(std::string_view bytes, std::string_view file,
                   const std::function<Status(Action&&)>& take) {
  simdjson::dom::parser parser;
  int number = 0;
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    MILLRACE_ASSIGN_OR_RETURN(const std::string problem, ReadLine(line, &parser, take));
    if (!problem.empty()) {
      return Status::Corrupt(fmt::format("{}: line {}: {}", file, number, problem));
    }
  }
  return Status::Ok();
}

bool IsJson(std::string_view text) {
  simdjson::dom::parser parser;
  return parser.parse(text.data(), text.size()).error() == simdjson::SUCCESS;
}

}  // namespace millrace::clients::delta
