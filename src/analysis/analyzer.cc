#include "analysis/analyzer.h"

#include <utility>

#include "analysis/error_messages.h"
#include "analysis/legacy_rules.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {

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

base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation,
                                          const AnalysisContext& context) {
  const LegacyRules rules(!context.ansi);
  RelationAnalyzer analyzer(context);
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr analyzed, analyzer.AnalyzeVisible(*relation));
  const auto sources = analyzer.TakeSources();
  bool is_streaming = false;
  for (const auto& source : sources) is_streaming = is_streaming || source.is_streaming;
  return plan::ResolvedQuery{
      .root = analyzed->resolved,
      .sources = sources,
      .is_streaming = is_streaming,
      .observed = analyzer.TakeObserved()};
}

}  // namespace millrace::analysis
