#pragma once

#include <spark/connect/base.pb.h>

#include <string>

#include "base/result.h"
#include "connect/connect_session.h"

namespace millrace::connect {

/// What spark.version says: the version whose behaviour this is.
inline constexpr char kSparkVersion[] = "4.2.0";

/// One AnalyzePlan call; fills in the result, not the ids.
base::Status RunAnalyze(const spark::connect::AnalyzePlanRequest& request, ConnectSession* session,
                        spark::connect::AnalyzePlanResponse* response);

/// The plan as text in which two queries of the same meaning are the same.
std::string SemanticText(const plan::ResolvedQuery& query);

}  // namespace millrace::connect
