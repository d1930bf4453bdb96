#include "analysis/analyzer.h"

#include <utility>

#include "analysis/error_messages.h"
#include "analysis/legacy_rules.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {

std::optional<StructField> SourceCatalog::MetadataColumn(const plan::StreamSource&) const {
  return std::nullopt;
}

bool SourceCatalog::IsResult(const plan::StreamSource&) const { return false; }

base::Result<plan::StreamSource> SourceCatalog::BatchSource(
    const plan::relation::DataSource&) const {
  return NotPossibleHere("Reading a batch (spark.read)", "Read a stream: spark.readStream().");
}

base::Result<std::optional<NamedRelation>> SourceCatalog::FindTable(const std::vector<std::string>&,
                                                                    const plan::Options&,
                                                                    bool) const {
  return std::optional<NamedRelation>();
}

base::Result<plan::StreamSource> SourceCatalog::LocalRows(
    const plan::relation::LocalRelation&) const {
  return NotPossibleHere("Local data", "Use a session.");
}

base::Result<plan::StreamSource> SourceCatalog::LocalRows(
    const plan::relation::CachedLocalRelation&) const {
  return NotPossibleHere("Local data", "Use a session.");
}

base::Result<NamedRelation> SourceCatalog::CachedRemote(const std::string&) const {
  return NotPossibleHere("A DataFrame that the session keeps", "Use a session.");
}

base::Result<std::vector<std::vector<data::Value>>> SourceCatalog::Answer(
    plan::ResolvedQuery) const {
  return NotPossibleHere("A query whose columns depend on values", "Use a session.");
}

namespace {

base::Result<plan::ResolvedQuery> Resolve(const plan::Relation& relation,
                                          const AnalysisContext& context, bool offers_metadata,
                                          bool* wants_metadata) {
  RelationAnalyzer analyzer(context, offers_metadata);
  auto top = analyzer.AnalyzeVisible(relation);
  *wants_metadata = analyzer.WantsMetadata();
  if (!top.ok()) return top.status();
  const AnalyzedRelationPtr analyzed = *std::move(top);
  const auto sources = analyzer.TakeSources();
  bool is_streaming = false;
  for (const auto& source : sources) is_streaming = is_streaming || source.is_streaming;
  return plan::ResolvedQuery{
      .root = analyzed->resolved,
      .sources = sources,
      .is_streaming = is_streaming,
      .observed = analyzer.TakeObserved()};
}

}  // namespace

base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation,
                                          const AnalysisContext& context) {
  const LegacyRules rules(!context.ansi);
  // The metadata of files stands in the plans of those queries alone that name it.
  bool wants_metadata = false;
  auto query = Resolve(*relation, context, false, &wants_metadata);
  if (wants_metadata) query = Resolve(*relation, context, true, &wants_metadata);
  return query;
}

}  // namespace millrace::analysis
