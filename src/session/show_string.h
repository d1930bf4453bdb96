#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "connector/table.h"
#include "plan/plan.h"
#include "session/session_state.h"

namespace millrace::session {

/// `observed` everywhere as of SessionState::Execute.

/// One row, one column `show_string`: what Dataset.showString gives.
base::Result<std::shared_ptr<connector::Table>> RunShowString(
    SessionState& session, const plan::relation::ShowString& show, std::stop_token stop,
    std::vector<Observation>* observed);
/// One row, one column `html_string`: the table for notebooks (eager evaluation).
base::Result<std::shared_ptr<connector::Table>> RunHtmlString(
    SessionState& session, const plan::relation::HtmlString& html, std::stop_token stop,
    std::vector<Observation>* observed);

/// The text that df.show(num_rows, truncate, vertical) prints, without its last line break.
base::Result<std::string> ShowText(SessionState& session, const plan::RelationPtr& relation,
                                   int num_rows, int truncate, bool vertical, std::stop_token stop,
                                   std::vector<Observation>* observed = nullptr);

/// `df.write.format("console")`: options numRows (20) and truncate (true).
base::Status PrintToConsole(SessionState& session, const plan::RelationPtr& relation,
                            const plan::Options& options, std::stop_token stop,
                            std::vector<Observation>* observed);

}  // namespace millrace::session
