#include "clients/files/format.h"

namespace millrace::clients::files {

std::string_view FormatName(Format format) {
  switch (format) {
    case Format::kParquet:
      return "parquet";
    case Format::kText:
      return "text";
    case Format::kJson:
      return "json";
    case Format::kCsv:
      return "csv";
  }
  return "";
}

std::string_view FormatTitle(Format format) {
  switch (format) {
    case Format::kParquet:
      return "Parquet";
    case Format::kText:
      return "Text";
    case Format::kJson:
      return "JSON";
    case Format::kCsv:
      return "CSV";
  }
  return "";
}

}  // namespace millrace::clients::files
