#pragma once

#include <string>
#include <vector>

#include "clients/delta/table_state.h"

namespace millrace::clients::delta {

/// The clustering columns of a table as paths of physical names, from its `delta.clustering`
/// domain: a list of paths as delta-spark writes it, or a flat list of names as the protocol shows
/// it. Empty without the domain, and for a text that is neither.
std::vector<std::vector<std::string>> ClusteringColumns(const TableState& state);

}  // namespace millrace::clients::delta
