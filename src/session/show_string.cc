#include "session/show_string.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <vector>

#include <arrow/record_batch.h>

#include "data/row_text.h"
#include "data/table_text.h"
#include "data/time_zone.h"
#include "session/rows_builder.h"

namespace millrace::session {
namespace {

struct FirstRows {
  StructType schema;
  std::vector<std::shared_ptr<arrow::RecordBatch>> batches;
};

/// At most `num_rows` + 1 rows: one more says that there are more.
base::Result<FirstRows> ReadFirst(SessionState& session, const plan::RelationPtr& relation,
                                  int num_rows, std::stop_token stop,
                                  std::vector<Observation>* observed) {
  const int limit = std::clamp(num_rows, 0, std::numeric_limits<int>::max() - 1) + 1;
  MILLRACE_ASSIGN_OR_RETURN(
      auto result, session.Execute(plan::MakeRelation(plan::relation::Limit{relation, limit}),
                                   std::move(stop), observed));
  FirstRows first{std::move(result.schema), {}};
  while (true) {
    MILLRACE_ASSIGN_OR_RETURN(auto batch, result.rows->Next());
    if (batch == nullptr) return first;
    first.batches.push_back(std::move(batch));
  }
}

std::shared_ptr<connector::Table> OneText(std::string_view column, std::string text) {
  RowsBuilder rows(StructType().add(column, StringType(), false));
  rows.Add({std::move(text)});
  return rows.Finish();
}

std::string Escaped(std::string_view text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// As Dataset.showString cuts cells: by UTF-16 units is exact there; code points are cut here.
std::string Shortened(const std::string& text, int truncate) {
  if (truncate <= 0) return text;
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) starts.push_back(i);
  }
  const auto most = static_cast<std::size_t>(truncate);
  if (starts.size() <= most) return text;
  if (most < 4) return text.substr(0, starts[most]);
  return text.substr(0, starts[most - 3]) + "...";
}

}  // namespace

base::Result<std::string> ShowText(SessionState& session, const plan::RelationPtr& relation,
                                   int num_rows, int truncate, bool vertical, std::stop_token stop,
                                   std::vector<Observation>* observed) {
  MILLRACE_ASSIGN_OR_RETURN(const FirstRows first,
                            ReadFirst(session, relation, num_rows, std::move(stop), observed));
  return data::ShowString(first.schema, first.batches, std::max(num_rows, 0), truncate,
                          session.conf().time_zone(), vertical);
}

base::Result<std::shared_ptr<connector::Table>> RunShowString(
    SessionState& session, const plan::relation::ShowString& show, std::stop_token stop,
    std::vector<Observation>* observed) {
  MILLRACE_ASSIGN_OR_RETURN(std::string text,
                            ShowText(session, show.input, show.num_rows, show.truncate,
                                     show.vertical, std::move(stop), observed));
  return OneText("show_string", std::move(text));
}

base::Result<std::shared_ptr<connector::Table>> RunHtmlString(
    SessionState& session, const plan::relation::HtmlString& html, std::stop_token stop,
    std::vector<Observation>* observed) {
  MILLRACE_ASSIGN_OR_RETURN(
      const FirstRows first,
      ReadFirst(session, html.input, html.num_rows, std::move(stop), observed));
  MILLRACE_ASSIGN_OR_RETURN(const absl::TimeZone zone,
                            data::LoadTimeZone(session.conf().time_zone()));
  std::string text = "<table border='1'>\n<tr>";
  for (const StructField& field : first.schema.fields()) {
    text += "<th>" + Escaped(Shortened(field.name, html.truncate)) + "</th>";
  }
  text += "</tr>\n";
  std::int64_t shown = 0;
  bool more = false;
  for (const auto& batch : first.batches) {
    for (std::int64_t row = 0; row < batch->num_rows(); ++row, ++shown) {
      if (shown >= html.num_rows) {
        more = true;
        break;
      }
      text += "<tr>";
      for (int i = 0; i < batch->num_columns(); ++i) {
        MILLRACE_ASSIGN_OR_RETURN(
            const std::string cell,
            data::CellText(*batch->column(i), row,
                           first.schema[static_cast<std::size_t>(i)].dataType, zone));
        text += "<td>" + Escaped(Shortened(cell, html.truncate)) + "</td>";
      }
      text += "</tr>\n";
    }
  }
  text += "</table>\n";
  if (more) {
    text += html.num_rows == 1 ? "only showing top 1 row\n"
                               : "only showing top " + std::to_string(html.num_rows) + " rows\n";
  }
  return OneText("html_string", std::move(text));
}

base::Status PrintToConsole(SessionState& session, const plan::RelationPtr& relation,
                            const plan::Options& options, std::stop_token stop,
                            std::vector<Observation>* observed) {
  const connector::Options given(options);
  MILLRACE_ASSIGN_OR_RETURN(const auto rows, given.GetLong("numRows"));
  MILLRACE_ASSIGN_OR_RETURN(const auto truncate, given.GetBool("truncate"));
  MILLRACE_RETURN_IF_ERROR(given.CheckAllHonoured("console", {"numRows", "truncate"}));
  MILLRACE_ASSIGN_OR_RETURN(
      std::string text,
      ShowText(session, relation, static_cast<int>(rows.value_or(20)),
               truncate.value_or(true) ? 20 : 0, false, std::move(stop), observed));
  text += "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  return base::Status::Ok();
}

}  // namespace millrace::session
