#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/status.h"
#include "clients/delta/actions.h"
#include "millrace/types.h"

namespace millrace::clients::delta {

/// Does the protocol list this feature, or imply it by its versions?
bool IsFeatureSupported(const Protocol& protocol, std::string_view feature);

/// Can the log of this table be understood? DELTA_INVALID_PROTOCOL_VERSION for unknown versions,
/// DELTA_UNSUPPORTED_FEATURES_FOR_READ naming every feature that we do not know.
base::Status CheckReadable(const Protocol& protocol, std::string_view table);

/// May we append to this table? Refuses, naming all of them at once, the features that we do not
/// know, and those that we know but cannot honour as they are used in this table: CHECK
/// constraints, SQL invariants, generated and identity columns, and char(n) and varchar(n) inside
/// arrays, maps and structs (a column's own length is for the writer to check).
base::Status CheckAppendable(const Protocol& protocol, const Metadata& metadata,
                             const StructType& schema, std::string_view table);

/// The protocol that a table with this schema needs, at least `current`: (1,2) as it is, or raised
/// to (3,7) with timestampNtz and every older feature that may be in use.
/// DELTA_UNSUPPORTED_FEATURES_ FOR_WRITE for a schema with types that we do not write.
base::Result<Protocol> ProtocolFor(const StructType& schema, const Protocol& current,
                                   std::string_view table);

enum class ColumnMapping { kNone, kName, kId };
ColumnMapping ColumnMappingMode(const Metadata& metadata);

/// A boolean table property, `fallback` when it is absent or neither true nor false.
bool BoolProperty(const Metadata& metadata, const std::string& key, bool fallback);

}  // namespace millrace::clients::delta
