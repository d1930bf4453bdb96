#include <map>
#include <memory>
#include <string>

#include "processor/duckdb/java_regex.h"
#include "processor/duckdb/kernels.h"
#include "processor/duckdb/kernels_scalar.h"
#include "processor/duckdb/spark_error.h"
#include "processor/duckdb/uri.h"
#include "processor/duckdb/utf8_text.h"

namespace millrace::processor::duckdb {
namespace {

using Text = std::string_view;

std::optional<std::string> PartOf(const Uri& uri, Text part) {
  if (part == "HOST") return uri.host;
  if (part == "PATH") return uri.path;
  if (part == "QUERY") return uri.query;
  if (part == "REF") return uri.fragment;
  if (part == "PROTOCOL") return uri.scheme;
  if (part == "AUTHORITY") return uri.authority;
  if (part == "USERINFO") return uri.user_info;
  if (part != "FILE") return std::nullopt;
  return uri.query ? uri.path.value_or("null") + "?" + *uri.query : uri.path;
}

base::Result<std::optional<Uri>> Read(const std::string& url, bool tolerant) {
  std::optional<Uri> uri = ParseUri(url);
  if (uri || tolerant) return uri;
  return SparkFailure("SparkIllegalArgumentException", "INVALID_URL", "22P02", {{"url", url}},
                      "The url is invalid: " + url +
                          ". Use `try_parse_url` to tolerate invalid URL and return NULL instead.");
}

/// The value behind a key of the query; Spark puts the key into a regular expression as it is.
base::Result<std::optional<std::string>> ValueOf(const std::string& query, Text key) {
  MILLRACE_ASSIGN_OR_RETURN(auto regex,
                            JavaRegex::Compile("(&|^)" + std::string(key) + "=([^&]*)"));
  std::vector<JavaRegex::Range> groups;
  MILLRACE_ASSIGN_OR_RETURN(const bool found, regex->Find(query, 0, &groups));
  if (!found || groups.size() < 3 || !groups[2].matched()) return std::optional<std::string>();
  return std::optional<std::string>(query.substr(groups[2].begin, groups[2].end - groups[2].begin));
}

base::Result<Kernel> ParseUrl(const FunctionContext& context) {
  const bool tolerant = context.is_tolerant();
  using Answer = base::Result<std::optional<std::string>>;
  if (context.args.size() == 2) {
    return ForRows<Text, Text>([tolerant](Text url, Text part) -> Answer {
      MILLRACE_ASSIGN_OR_RETURN(const std::optional<Uri> uri, Read(AsJavaReads(url), tolerant));
      return uri ? PartOf(*uri, part) : std::nullopt;
    });
  }
  return ForRows<Text, Text, Text>([tolerant](Text url, Text part, Text key) -> Answer {
    if (part != "QUERY") return std::optional<std::string>();
    MILLRACE_ASSIGN_OR_RETURN(const std::optional<Uri> uri, Read(AsJavaReads(url), tolerant));
    if (!uri || !uri->query) return std::optional<std::string>();
    return ValueOf(*uri->query, AsJavaReads(key));
  });
}

}  // namespace

std::vector<KernelSpec> UrlKernels() { return {{"parse_url", true, ParseUrl}}; }

}  // namespace millrace::processor::duckdb
