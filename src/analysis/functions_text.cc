#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "analysis/error_messages.h"
#include "analysis/functions.h"
#include "analysis/names.h"
#include "analysis/signatures.h"
#include "analysis/type_rules.h"

namespace millrace::analysis {
namespace {

using Kind = DataType::Kind;

bool AllBinary(const std::vector<BoundExpressionPtr>& args) {
  return std::all_of(args.begin(), args.end(),
                     [](const BoundExpressionPtr& arg) { return arg->type.is(Kind::kBinary); });
}

// trim(characters, text) shows as TRIM(BOTH characters FROM text); btrim has them the other way.
base::Result<BoundExpressionPtr> BindTrim(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string function = call.name == "btrim" ? "trim" : call.name;
  std::string sql = CallText(function, args);
  if (args.size() == 2 && call.name != "btrim") {
    const std::string side = function == "trim"    ? "BOTH"
                             : function == "ltrim" ? "LEADING"
                                                   : "TRAILING";
    sql = "TRIM(" + side + " " + args[0]->text + " FROM " + args[1]->text + ")";
    std::swap(args[0], args[1]);
  }
  const std::string shown = call.name == "btrim" ? CallText("btrim", args) : sql;
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {ParameterOf('s')}, sql));
  const bool nullable = AnyNullable(args);
  return MakeCall(function, std::move(args), StringType(), nullable, shown);
}

// Both binary, or both text.
base::Result<BoundExpressionPtr> BindTextTest(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText(call.name, args);
  if (!AllBinary(args)) {
    MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {ParameterOf('s')}, sql));
  }
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), BooleanType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindConcatWs(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText("concat_ws", args);
  static const Parameter rest = {ParameterType::One(ArrayType(StringType(), true)),
                                 ParameterType::One(StringType())};
  for (std::size_t i = 1; i < args.size(); ++i) {
    if (args[i]->type.is(Kind::kNull)) args[i] = ImplicitCast(args[i], StringType());
  }
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {ParameterOf('s'), rest}, sql));
  const bool nullable = args[0]->nullable;
  return MakeCall("concat_ws", std::move(args), StringType(), nullable, sql);
}

base::Status WrongChoices(std::string_view sql, const std::vector<BoundExpressionPtr>& choices) {
  std::string texts;
  std::string types;
  for (const BoundExpressionPtr& choice : choices) {
    if (!texts.empty()) texts += ",";
    if (!types.empty()) types += ",";
    texts += QuoteSql(choice->text);
    types += QuoteType(choice->type);
  }
  return TypeMismatch("UNEXPECTED_INPUT_TYPE", sql,
                      {{"paramIndex", "second..."},
                       {"requiredType", "\"STRING\" or \"BINARY\""},
                       {"inputSql", texts},
                       {"inputType", types}});
}

base::Result<BoundExpressionPtr> BindElt(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText("elt", args);
  std::vector<BoundExpressionPtr> choices(args.begin() + 1, args.end());
  const bool binary = AllBinary(choices);
  for (BoundExpressionPtr& choice : choices) {
    if (!binary && CanImplicitlyCast(choice->type, StringType())) {
      choice = ImplicitCast(choice, StringType());
    }
  }
  const auto index = ParameterOf('i')[0].Accepts(args[0]->type)
                         ? std::optional<DataType>(args[0]->type)
                         : ParameterOf('i')[0].CoercedFrom(args[0]->type);
  if (!index) return UnexpectedInputType(sql, 0, ParameterOf('i'), args[0]);
  args[0] = ImplicitCast(args[0], *index);
  for (const BoundExpressionPtr& choice : choices) {
    if (!binary && !choice->type.is(Kind::kString)) return WrongChoices(sql, choices);
  }
  std::copy(choices.begin(), choices.end(), args.begin() + 1);
  const DataType type = choices[0]->type;
  return MakeCall("elt", std::move(args), type, true, sql);
}

// Of bytes, filled up with zero bytes, when all are; else of text, with spaces.
base::Result<BoundExpressionPtr> BindPad(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const bool binary = args[0]->type.is(Kind::kBinary) &&
                      (args.size() == 2 || args[2]->type.is(Kind::kBinary));
  if (args.size() == 2) {
    args.push_back(binary ? MakeConstant(data::Value::Bytes(std::string(1, '\0')), BinaryType(),
                                         "X'00'")
                          : MakeConstant(data::Value::Bytes(" "), StringType(), " "));
  }
  const std::string sql = CallText(call.name, args);
  const Parameter text = ParameterOf(binary ? 'y' : 's');
  MILLRACE_ASSIGN_OR_RETURN(args,
                            CoerceArguments(std::move(args), {text, ParameterOf('i'), text}, sql));
  const DataType type = args[0]->type;
  const bool nullable = AnyNullable(args);
  return MakeCall(call.name, std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindReverse(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText("reverse", args);
  if (!args[0]->type.is(Kind::kArray) && !args[0]->type.is(Kind::kBinary)) {
    if (!CanImplicitlyCast(args[0]->type, StringType())) {
      return TypeMismatch("UNEXPECTED_INPUT_TYPE", sql,
                          {{"paramIndex", "first"},
                           {"requiredType", "(\"STRING\" or \"ARRAY\")"},
                           {"inputSql", QuoteSql(args[0]->text)},
                           {"inputType", QuoteType(args[0]->type)}});
    }
    args[0] = ImplicitCast(args[0], StringType());
  }
  const DataType type = args[0]->type;
  const bool nullable = args[0]->nullable;
  return MakeCall("reverse", std::move(args), type, nullable, sql);
}

base::Result<BoundExpressionPtr> BindMask(const FunctionCall& call) {
  if (call.args.empty()) {
    return AnalysisError("REQUIRED_PARAMETER_NOT_FOUND", {{"routineName", "`mask`"},
                                                          {"parameterName", "`str`"},
                                                          {"index", "0"}});
  }
  if (call.args.size() > 5) {
    return WrongNumberOfArguments("mask", "[1, 2, 3, 4, 5]", call.args.size());
  }
  constexpr std::array<std::string_view, 4> kNames = {"upperChar", "lowerChar", "digitChar",
                                                      "otherChar"};
  constexpr std::string_view kSigns = "Xxn";
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  for (std::size_t i = args.size(); i < 4; ++i) {
    const std::string sign(1, kSigns[i - 1]);
    args.push_back(MakeConstant(data::Value::Bytes(sign), StringType(), sign));
  }
  if (args.size() == 4) {
    args.push_back(MakeConstant(data::Value::Null(), StringType(), "NULL"));
  }
  const std::string sql = CallText("mask", args);
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {ParameterOf('s')}, sql));
  for (std::size_t i = 1; i < 5; ++i) {
    const std::string name(kNames[i - 1]);
    if (!IsFoldable(*args[i])) {
      return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                          {{"inputName", "`" + name + "`"},
                           {"inputType", QuoteType(StringType())},
                           {"inputExpr", QuoteSql(args[i]->text)}});
    }
    const data::Value* sign = AsConstant(args[i]);
    if (sign == nullptr) {
      return NotPossibleHere("A computed character in `mask`", "Write the character.");
    }
    if (!sign->is_null() && sign->bytes().size() != 1) {
      const std::string& bytes = sign->bytes();
      const auto starts = std::count_if(bytes.begin(), bytes.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
      });
      if (starts != 1) return TypeMismatch("INPUT_SIZE_NOT_ONE", sql, {{"exprName", name}});
    }
  }
  const bool nullable = args[0]->nullable;
  return MakeCall("mask", std::move(args), StringType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindTryParseUrl(const FunctionCall& call) {
  if (call.args.size() < 2 || call.args.size() > 3) {
    return WrongNumberOfArguments("parse_url", "[2, 3]", call.args.size());
  }
  static const Signature tolerant = {"try_parse_url", "ss|s", 's', true, "parse_url",
                                     {},              {},     "parse_url"};
  return BindWith(tolerant, call.BoundArgs());
}

base::Result<BoundExpressionPtr> BindFormatString(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText(call.name, args);
  MILLRACE_ASSIGN_OR_RETURN(auto format, CoerceArguments({args[0]}, {ParameterOf('s')}, sql));
  args[0] = format[0];
  const bool nullable = args[0]->nullable;
  return MakeCall("format_string", std::move(args), StringType(), nullable, sql);
}

base::Result<BoundExpressionPtr> BindHash(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const std::string sql = CallText(call.name, args);
  for (const BoundExpressionPtr& arg : args) {
    if (ContainsMap(arg->type)) {
      return TypeMismatch("HASH_MAP_TYPE", sql, {{"functionName", "`" + call.name + "`"}});
    }
  }
  return MakeCall(call.name, std::move(args),
                  call.name == "hash" ? DataType(IntegerType()) : DataType(LongType()), false, sql);
}

// Two arguments: bytes in a charset. More: the value beside the first key that is the same.
base::Result<BoundExpressionPtr> BindDecode(const FunctionCall& call) {
  if (call.args.size() < 2) return WrongNumberOfArguments("decode", "2", call.args.size());
  if (call.args.size() == 2) {
    static const Signature two = {"decode", "ys", 's'};
    return BindWith(two, call.BoundArgs());
  }
  const std::string sql = CallText("decode", call.BoundArgs());
  std::vector<BoundExpressionPtr> values;
  std::vector<BoundExpressionPtr> tests;
  for (std::size_t i = 1; i + 1 < call.args.size(); i += 2) {
    MILLRACE_ASSIGN_OR_RETURN(auto same, BindBinary("<=>", call.arg(0), call.arg(i)));
    tests.push_back(std::move(same));
    values.push_back(call.arg(i + 1));
  }
  values.push_back(call.args.size() % 2 == 0
                       ? call.arg(call.args.size() - 1)
                       : MakeConstant(data::Value::Null(), NullType(), "NULL"));
  const auto common = CastToCommonType(values);
  if (!common) return DifferentTypes(sql, "casewhen", values, TypeListStyle::kBrackets);
  std::vector<BoundExpressionPtr> args;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    args.push_back(tests[i]);
    args.push_back((*common)[i]);
  }
  args.push_back(common->back());
  return MakeCall("case_when", std::move(args), common->back()->type, AnyNullable(*common), sql);
}

base::Result<BoundExpressionPtr> BindToBinary(const FunctionCall& call) {
  std::vector<BoundExpressionPtr> args = call.BoundArgs();
  const bool tolerant = call.name == "try_to_binary";
  const std::string sql = CallText("to_binary", args);
  const std::string shown = CallText(call.name, args);
  MILLRACE_ASSIGN_OR_RETURN(args, CoerceArguments(std::move(args), {ParameterOf('s')}, sql));
  std::string format = "hex";
  if (args.size() == 2) {
    if (!IsFoldable(*args[1])) {
      return TypeMismatch("NON_FOLDABLE_INPUT", sql,
                          {{"inputName", "`fmt`"},
                           {"inputType", QuoteType(StringType())},
                           {"inputExpr", QuoteSql(args[1]->text)}});
    }
    const data::Value* value = AsConstant(args[1]);
    if (value == nullptr) return NotPossibleHere("A computed format in `to_binary`", "Write it.");
    if (value->is_null()) {
      return WithText(ImplicitCast(MakeConstant(data::Value::Null(), BinaryType(), "NULL"),
                                   BinaryType()),
                      shown);
    }
    format = LowerCase(value->bytes());
    const bool known = format == "hex" || format == "utf-8" || format == "utf8" ||
                       format == "base64";
    if (tolerant && !known) {
      return MakeConstant(data::Value::Null(), BinaryType(), shown);
    }
    if (format != "hex" && format != "utf-8" && format != "utf8" && format != "base64") {
      return TypeMismatch("INVALID_ARG_VALUE", sql,
                          {{"inputName", "fmt"},
                           {"requireType", "case-insensitive \"STRING\""},
                           {"validValues", "'hex', 'utf-8', 'utf8', or 'base64'"},
                           {"inputValue", "'" + value->bytes() + "'"}});
    }
  }
  if (format == "utf-8" || format == "utf8") {
    return WithText(ExplicitCast(args[0], BinaryType(), plan::EvalMode::kAnsi, shown), shown);
  }
  const bool nullable = tolerant || args[0]->nullable;
  std::map<std::string, std::string> options;
  if (tolerant) options["eval"] = "try";
  const BoundExpressionPtr constant =
      MakeConstant(data::Value::Bytes(format), StringType(), format);
  return MakeCall("to_binary", {args[0], constant}, BinaryType(), nullable, shown, options);
}

}  // namespace

std::vector<Signature> TextSignatures() {
  return {
      {"ascii", "s", 'i'},
      {"bit_length", "x", 'i'},
      {"octet_length", "x", 'i'},
      {"char_length", "x", 'i', false, "length"},
      {"character_length", "x", 'i', false, "length"},
      {"len", "x", 'i', false, "length"},
      {"initcap", "s", 's'},
      {"lcase", "s", 's', false, "lower"},
      {"ucase", "s", 's', false, "upper"},
      {"soundex", "e", 's'},
      {"quote", "s", 's'},
      {"url_encode", "s", 's'},
      {"url_decode", "s", 's'},
      {"try_url_decode", "s", 's', true, "url_decode", {}, {}, "url_decode"},
      {"char", "l", 's', false, "chr"},
      {"chr", "l", 's'},
      {"find_in_set", "ss", 'i'},
      {"instr", "ss", 'i'},
      {"locate", "ss|i", 'i', false, {}, {}, {"1"}},
      {"position", "ss|i", 'i', false, "locate", {}, {"1"}},
      {"left", "xi", '0'},
      {"right", "si", 's'},
      {"levenshtein", "ss|i", 'i'},
      {"luhn_check", "s", 'b'},
      {"overlay", "xxi|i", '0', false, {}, {}, {"-1"}},
      {"repeat", "si", 's'},
      {"replace", "ss|s", 's', false, {}, {}, {"''"}},
      {"space", "i", 's'},
      {"split_part", "ssi", 's'},
      {"substring_index", "ssi", 's'},
      {"translate", "sss", 's'},
      {"parse_url", "ss|s", 's', true},
      {"format_number", "nz", 's', true},
      {"is_valid_utf8", "s", 'b'},
      {"make_valid_utf8", "s", 's'},
      {"validate_utf8", "s", 's'},
      {"try_validate_utf8", "s", 's', true},
  };
}

std::vector<Signature> HashSignatures() {
  return {
      {"md5", "y", 's'},    {"sha", "y", 's', false, "sha1"},
      {"sha1", "y", 's'},   {"sha2", "yi", 's', true},
      {"crc32", "y", 'l'},  {"base64", "y", 's'},
      {"unbase64", "s", 'y'}, {"encode", "ss", 'y'},
  };
}

std::vector<FunctionSpec> TextFunctions() {
  std::vector<FunctionSpec> functions = RegexFunctions();
  functions.insert(functions.end(), {
      {"trim", 1, 2, BindTrim},
      {"btrim", 1, 2, BindTrim},
      {"ltrim", 1, 2, BindTrim},
      {"rtrim", 1, 2, BindTrim},
      {"contains", 2, 2, BindTextTest},
      {"startswith", 2, 2, BindTextTest},
      {"endswith", 2, 2, BindTextTest},
      {"concat_ws", 1, -1, BindConcatWs},
      {"elt", 2, -1, BindElt},
      {"lpad", 2, 3, BindPad},
      {"rpad", 2, 3, BindPad},
      {"reverse", 1, 1, BindReverse},
      {"mask", 0, -1, BindMask},
      {"format_string", 1, -1, BindFormatString},
      {"printf", 1, -1, BindFormatString},
      {"try_parse_url", 0, -1, BindTryParseUrl},
      {"hash", 1, -1, BindHash},
      {"xxhash64", 1, -1, BindHash},
      {"decode", 0, -1, BindDecode},
      {"to_binary", 1, 2, BindToBinary},
      {"try_to_binary", 1, 2, BindToBinary},
  });
  return functions;
}

}  // namespace millrace::analysis
