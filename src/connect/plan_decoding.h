#pragma once

#include <spark/connect/base.pb.h>

#include "base/result.h"
#include "base/status.h"

namespace millrace::connect {

/// The plan with its operation unpacked when it came compressed (zstd). InvalidArgument with
/// CONNECT_INVALID_PLAN.CANNOT_PARSE, upon which clients stop to compress, when it cannot be
/// unpacked or is longer than spark.connect.maxPlanSize then.
base::Result<spark::connect::Plan> Unpacked(spark::connect::Plan plan);

/// A client may be newer than this server: fields of the message, at any depth, that the server does
/// not know are refused by their numbers, not passed over.
base::Status RefuseUnknownFields(const google::protobuf::Message& message);

}  // namespace millrace::connect
