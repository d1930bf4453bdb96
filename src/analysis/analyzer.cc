#include "analysis/analyzer.h"

#include <utility>

#include "analysis/error_messages.h"
#include "analysis/relation_analyzer.h"

namespace millrace::analysis {

base::Result<plan::ResolvedQuery> Analyze(const plan::RelationPtr& relation,
                                          const AnalysisContext& context) {
  if (!context.ansi) {
    return NotPossibleHere("spark.sql.ansi.enabled=false",
                           "Leave it true and use try_cast and coalesce for bad values.");
  }
  RelationAnalyzer analyzer(context);
  MILLRACE_ASSIGN_OR_RETURN(const AnalyzedRelationPtr analyzed, analyzer.Analyze(*relation));
  return plan::ResolvedQuery{
      .root = analyzed->resolved, .sources = analyzer.TakeSources(), .is_streaming = true};
}

}  // namespace millrace::analysis
