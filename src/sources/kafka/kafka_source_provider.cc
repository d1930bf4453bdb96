#include "sources/kafka/kafka_source_provider.h"

#include <utility>

#include "sources/kafka/kafka_options.h"
#include "sources/kafka/kafka_source.h"

namespace millrace::sources::kafka {

base::Result<StructType> KafkaSourceProvider::Schema(
    const connector::Options& options, const std::optional<StructType>& user_schema) const {
  MILLRACE_ASSIGN_OR_RETURN(const KafkaSourceOptions parsed, KafkaSourceOptions::Parse(options));
  if (user_schema) {
    return base::Status::InvalidArgument(
               "requirement failed: Kafka source has a fixed schema and cannot be set with a "
               "custom "
               "one")
        .WithSparkError({.exception_class = "IllegalArgumentException"});
  }
  return KafkaSchema(parsed.include_headers);
}

base::Result<std::unique_ptr<connector::Source>> KafkaSourceProvider::Create(
    connector::SourceContext context) const {
  MILLRACE_ASSIGN_OR_RETURN(KafkaSourceOptions parsed, KafkaSourceOptions::Parse(context.options));
  MILLRACE_ASSIGN_OR_RETURN(std::unique_ptr<KafkaSource> source,
                            KafkaSource::Create(std::move(context), std::move(parsed)));
  return std::unique_ptr<connector::Source>(std::move(source));
}

}  // namespace millrace::sources::kafka
