#pragma once

#include <memory>

#include "millrace/dataframe.h"
#include "plan/plan.h"
#include "plan/resolved.h"

namespace millrace {

/// A DataFrame: what the user wrote, and what it means.
struct DataFrame::State {
  std::shared_ptr<session::SessionState> session;
  plan::RelationPtr relation;
  plan::ResolvedQuery resolved;
};

namespace session {

/// Analyzes `relation`. Throws.
DataFrame MakeDataFrame(std::shared_ptr<SessionState> session, plan::RelationPtr relation);

}  // namespace session
}  // namespace millrace
