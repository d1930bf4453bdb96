#pragma once

#include <memory>
#include <stop_token>

#include "base/result.h"
#include "connector/table.h"
#include "plan/plan.h"
#include "session/session_state.h"

namespace millrace::session {

/// What spark.catalog.* asks: one of catalog.proto's messages, answered with the rows that Spark
/// gives for it. Unsupported names the operation.
base::Result<std::shared_ptr<connector::Table>> RunCatalogRelation(
    SessionState& session, const plan::relation::Catalog& catalog, std::stop_token stop);

}  // namespace millrace::session
