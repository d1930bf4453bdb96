#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/analyzer.h"
#include "connector/table.h"
#include "session/session_state.h"

namespace millrace::session {

/// What analysis asks of a session: formats, tables, views, rows that came with a plan. A source
/// that is read as a batch is opened here; its connector::Table is the source's handle.
class SessionSources : public analysis::SourceCatalog {
 public:
  /// What a query's names led to.
  struct Seen {
    std::vector<std::vector<std::string>> temporary;  ///< Temporary views, as they were named.
    std::vector<std::vector<std::string>> stored;     ///< Views of databases, with theirs in front.
  };

  /// `session` outlives this. `seen`: is told what is found; null: nobody asks.
  explicit SessionSources(const SessionState& session, Seen* seen = nullptr)
      : session_(session), seen_(seen) {}

  base::Result<StructType> SourceSchema(
      const std::string& format, const std::map<std::string, std::string>& options,
      const std::optional<StructType>& user_schema) const override;
  std::optional<StructField> MetadataColumn(const plan::StreamSource& source) const override;
  bool IsResult(const plan::StreamSource& source) const override;
  base::Result<plan::StreamSource> BatchSource(
      const plan::relation::DataSource& source) const override;
  base::Result<std::optional<analysis::NamedRelation>> FindTable(
      const std::vector<std::string>& name_parts, const plan::Options& options,
      bool is_streaming) const override;
  base::Result<plan::StreamSource> LocalRows(
      const plan::relation::LocalRelation& relation) const override;
  base::Result<plan::StreamSource> LocalRows(
      const plan::relation::CachedLocalRelation& relation) const override;
  base::Result<analysis::NamedRelation> CachedRemote(
      const std::string& relation_id) const override;
  base::Result<std::vector<std::vector<data::Value>>> Answer(
      plan::ResolvedQuery query) const override;

 private:
  base::Result<std::optional<analysis::NamedRelation>> FindTemporary(
      const std::vector<std::string>& name_parts) const;
  analysis::NamedRelation OfStored(const StoredView& view) const;

  const SessionState& session_;
  Seen* seen_;
  /// Of a view's names: where they are looked up; temporary views are not among them.
  std::optional<std::string> home_;
};

/// The table behind a source that is read as a batch. Precondition: !source.is_streaming.
std::shared_ptr<connector::Table> TableOf(const plan::StreamSource& source);
/// A source that is this table.
plan::StreamSource SourceOf(std::shared_ptr<connector::Table> table, std::string format);

/// The files that a batch query reads, as URIs, sorted, each once.
std::vector<std::string> InputFiles(const plan::ResolvedQuery& query);

/// Rows from the bytes of an Arrow IPC stream, cast to `schema` where one is given (by position) and
/// to the engine's own Arrow types otherwise. InvalidArgument when the bytes are no such stream.
base::Result<std::shared_ptr<connector::Table>> TableFromArrow(
    const std::vector<std::string_view>& streams, const std::optional<StructType>& schema);

/// Who serves a format. DATA_SOURCE_NOT_FOUND, naming the formats that are served.
base::Result<const connector::SourceProvider*> FindStreamSource(std::string_view format);
base::Result<const connector::SinkProvider*> FindStreamSink(std::string_view format);
base::Result<const connector::TableProvider*> FindTableProvider(std::string_view format);
base::Result<const connector::TableWriterProvider*> FindWriterProvider(std::string_view format);

}  // namespace millrace::session
