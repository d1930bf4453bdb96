// docs/connect.md lists every relation, expression and command of the protocol and says whether it runs. With
// MILLRACE_WRITE_DOCS=1 this test writes the lists anew.

#include <google/protobuf/descriptor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <spark/connect/base.pb.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "analysis/analyzer.h"
#include "connect/command_conversion.h"
#include "connect/minimal_messages_testing.h"
#include "connect/relation_conversion.h"
#include "session/session_state.h"

namespace millrace::connect {
namespace {

constexpr char kDoc[] = MILLRACE_SOURCE_DIR "/docs/connect.md";

/// Empty when it runs, as far as analysis can tell. Errors that say that the message lacks something
/// are no refusals.
std::string Refusal(const base::Status& status) {
  const bool refused = status.code() == base::StatusCode::kUnsupported ||
                       status.spark_error().condition == "UNSUPPORTED_FEATURE";
  if (!refused) return "";
  std::string text = status.message();
  for (const char* frame : {"[UNSUPPORTED_FEATURE] ", "The feature is not supported: ",
                            " SQLSTATE: 0A000", "Millrace does not support "}) {
    if (const auto at = text.find(frame); at != std::string::npos) {
      text.erase(at, std::string_view(frame).size());
    }
  }
  std::replace(text.begin(), text.end(), '|', '/');
  return text.substr(0, text.find('\n'));
}

/// One stream, of the rows of `range`.
class OneStream : public analysis::SourceCatalog {
  base::Result<StructType> SourceSchema(const std::string&,
                                        const std::map<std::string, std::string>&,
                                        const std::optional<StructType>&) const override {
    return StructType().add("id", LongType());
  }
};

std::string RefusalOnStreams(pb::Relation relation) {
  pb::Read* read = relation.mutable_with_watermark()->mutable_input()->mutable_read();
  read->set_is_streaming(true);
  read->mutable_data_source()->set_format("rate");
  const auto converted = FromProto(relation);
  if (!converted.ok()) return Refusal(converted.status());
  const OneStream streams;
  analysis::AnalysisContext context;
  context.sources = &streams;
  return Refusal(analysis::Analyze(*converted, context).status());
}

std::string RefusalOf(const pb::Relation& relation) {
  if (relation.has_unknown()) return "it is no relation";
  if (relation.has_with_watermark()) return RefusalOnStreams(relation);
  const auto converted = FromProto(relation);
  if (!converted.ok()) return Refusal(converted.status());
  // What the session runs without analysis.
  if (relation.has_catalog() || relation.has_show_string() || relation.has_html_string()) return "";
  static auto* state = new std::shared_ptr(std::make_shared<session::SessionState>(1));
  return Refusal((*state)->Analyze(*converted).status());
}

/// The expression where it may stand.
std::string RefusalOf(pb::Expression expression) {
  pb::Relation relation;
  if (expression.has_sort_order()) {
    FillRequired(relation.mutable_sort(), 0);
    *relation.mutable_sort()->add_order() = expression.sort_order();
    return RefusalOf(relation);
  }
  if (expression.has_window()) {
    auto* sum = expression.mutable_window()->mutable_window_function()->mutable_unresolved_function();
    sum->set_function_name("sum");
    FillRequired(sum->add_arguments(), 0);
  }
  pb::Relation* root = &relation;
  if (expression.has_subquery_expression()) {
    expression.mutable_subquery_expression()->set_plan_id(1);
    root = relation.mutable_with_relations()->mutable_root();
    pb::Relation* query = relation.mutable_with_relations()->add_references();
    FillRequired(query, 0);
    query->mutable_common()->set_plan_id(1);
  }
  FillRequired(root->mutable_project(), 0);
  *root->mutable_project()->add_expressions() = expression;
  return RefusalOf(relation);
}

std::string RefusalOf(const pb::Command& command) { return Refusal(RefusedCommand(command)); }

std::string Row(const std::string& name, const std::string& refusal) {
  return "| `" + name + "` | " + (refusal.empty() ? "runs" : "refused: " + refusal) + " |\n";
}

/// A table of the alternatives of a message's choice.
template <typename M>
std::string Table(const char* choice_name) {
  const auto* choice = M::descriptor()->FindOneofByName(choice_name);
  std::string text = "| message | state |\n|---|---|\n";
  for (int i = 0; i < choice->field_count(); ++i) {
    const FieldDescriptor* field = choice->field(i);
    M message;
    FillRequired(message.GetReflection()->MutableMessage(&message, field), 0);
    text += Row(field->name(), RefusalOf(message));
  }
  return text;
}

std::string ReadDoc() {
  std::ifstream file(kDoc);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(ConnectDoc, ListsWhatRunsAndWhatIsRefused) {
  const std::string lists = "## Relations\n\n" + Table<pb::Relation>("rel_type") +
                            "\n## Expressions\n\n" + Table<pb::Expression>("expr_type") +
                            "\n## Commands\n\n" + Table<pb::Command>("command_type");
  std::string doc = ReadDoc();
  if (std::getenv("MILLRACE_WRITE_DOCS") != nullptr) {
    doc = doc.substr(0, doc.find("## Relations\n")) + lists;
    std::ofstream(kDoc) << doc;
  }
  EXPECT_EQ(doc.substr(std::min(doc.size(), doc.find("## Relations\n"))), lists)
      << "run this test with MILLRACE_WRITE_DOCS=1";
  const auto* service =
      google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
          "spark.connect.SparkConnectService");
  ASSERT_NE(service, nullptr);
  for (int i = 0; i < service->method_count(); ++i) {
    EXPECT_THAT(doc, testing::HasSubstr("`" + service->method(i)->name() + "`"));
  }
}

}  // namespace
}  // namespace millrace::connect
