#include "data/ddl_lexer.h"

#include <algorithm>
#include <cstdint>

namespace millrace::data {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == '\v';
}

char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

/// Length of the comment that `text` starts with; 0 when it starts with none, npos when it does not
/// end.
std::size_t CommentLength(std::string_view text) {
  if (text.starts_with("--")) {
    const std::size_t end = text.find_first_of("\r\n");
    return end == std::string_view::npos ? text.size() : end;
  }
  if (!text.starts_with("/*")) return 0;
  int depth = 0;
  for (std::size_t i = 0; i + 1 < text.size();) {
    if (text[i] == '/' && text[i + 1] == '*') {
      ++depth;
      i += 2;
    } else if (text[i] == '*' && text[i + 1] == '/') {
      i += 2;
      if (--depth == 0) return i;
    } else {
      ++i;
    }
  }
  return std::string_view::npos;
}

void AppendUtf8(std::string* out, std::uint32_t code) {
  auto byte = [&](std::uint32_t value) { *out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

/// Joins the two halves of a character beyond the first plane, each of which came as an escape of
/// its own; a half alone becomes '?', as when Java writes it.
std::string JoinSurrogates(std::string_view text) {
  std::string out;
  auto surrogate = [&](std::size_t i) -> std::uint32_t {
    const std::string_view bytes = text.substr(std::min(i, text.size()), 3);
    if (bytes.size() < 3 || bytes[0] != '\xED' || static_cast<unsigned char>(bytes[1]) < 0xA0) {
      return 0;
    }
    return 0xD000u | (static_cast<unsigned char>(bytes[1]) & 0x3Fu) << 6 |
           (static_cast<unsigned char>(bytes[2]) & 0x3Fu);
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::uint32_t half = surrogate(i);
    if (half == 0) {
      out += text[i++];
      continue;
    }
    const std::uint32_t other = surrogate(i + 3);
    if (half < 0xDC00 && other >= 0xDC00) {
      AppendUtf8(&out, 0x10000 + ((half & 0x3FF) << 10) + (other & 0x3FF));
      i += 6;
    } else {
      out += '?';
      i += 3;
    }
  }
  return out;
}

/// The number of the first `digits` characters of `text`, or -1 when they are not all digits of
/// `base`.
std::int64_t ParseDigits(std::string_view text, std::size_t digits, int base) {
  if (text.size() < digits) return -1;
  std::int64_t value = 0;
  for (char c : text.substr(0, digits)) {
    const char upper = Upper(c);
    int digit = IsDigit(c) ? c - '0' : upper >= 'A' && upper <= 'F' ? upper - 'A' + 10 : 99;
    if (digit >= base) return -1;
    value = value * base + digit;
  }
  return value;
}

/// Appends what the escape after a backslash stands for; gives the number of bytes it took.
std::size_t AppendEscape(std::string* out, std::string_view rest) {
  const char c = rest[0];
  if (c == 'u' || c == 'U') {
    const std::size_t digits = c == 'u' ? 4 : 8;
    const std::int64_t code = ParseDigits(rest.substr(1), digits, 16);
    if (code >= 0 && code <= 0x10FFFF) {
      AppendUtf8(out, static_cast<std::uint32_t>(code));
      return digits + 1;
    }
  }
  if (c == '0' || c == '1') {
    const std::int64_t code = ParseDigits(rest, 3, 8);
    if (code >= 0) {
      AppendUtf8(out, static_cast<std::uint32_t>(code));
      return 3;
    }
  }
  switch (c) {
    case '0':
      *out += '\0';
      break;
    case 'b':
      *out += '\b';
      break;
    case 'n':
      *out += '\n';
      break;
    case 'r':
      *out += '\r';
      break;
    case 't':
      *out += '\t';
      break;
    case 'Z':
      *out += '\x1A';
      break;
    case '%':
      *out += "\\%";
      break;  // Kept for LIKE.
    case '_':
      *out += "\\_";
      break;
    default:
      *out += c;
  }
  return 1;
}

}  // namespace

bool IsSqlWordByte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || byte >= 0x80;
}

std::size_t WideSpaceLength(std::string_view text) {
  if (text.starts_with("\xC2\xA0")) return 2;
  if (text.starts_with("\xE1\x9A\x80") || text.starts_with("\xE2\x80\xA8") ||
      text.starts_with("\xE2\x80\xAF") || text.starts_with("\xE2\x81\x9F") ||
      text.starts_with("\xE3\x80\x80")) {
    return 3;
  }
  const bool general = text.size() >= 3 && text.starts_with("\xE2\x80") &&
                       static_cast<unsigned char>(text[2]) >= 0x80 &&
                       static_cast<unsigned char>(text[2]) <= 0x8A;
  return general ? 3 : 0;
}

std::size_t SkipSqlSpace(std::string_view sql, std::size_t i, bool keep_hints) {
  while (i < sql.size()) {
    if (IsSpace(sql[i])) {
      ++i;
      continue;
    }
    const std::string_view rest = sql.substr(i);
    if (keep_hints && rest.starts_with("/*+")) break;
    std::size_t length = WideSpaceLength(rest);
    if (length == 0) length = CommentLength(rest);
    if (length == 0 || length == std::string_view::npos) break;
    i += length;
  }
  return i;
}

std::size_t QuotedLength(std::string_view text) {
  const char quote = text[0];
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\' && quote != '`') {
      ++i;
    } else if (text[i] == quote) {
      if (i + 1 < text.size() && text[i + 1] == quote) {
        ++i;
      } else {
        return i + 1;
      }
    }
  }
  return std::string_view::npos;
}

std::string UnquoteIdentifier(std::string_view raw) {
  std::string text;
  for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
    text += raw[i];
    if (raw[i] == '`') ++i;
  }
  return text;
}

bool DdlToken::is_keyword(std::string_view upper) const {
  if (kind != Kind::kIdentifier || raw.size() != upper.size()) return false;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (Upper(raw[i]) != upper[i]) return false;
  }
  return true;
}

std::string UnescapeSqlString(std::string_view raw) {
  std::string text;
  const char quote = raw[0];
  for (std::size_t i = 1; i + 1 < raw.size();) {
    if (raw[i] == '\\' && i + 2 < raw.size()) {
      i += 1 + AppendEscape(&text, raw.substr(i + 1, raw.size() - i - 2));
    } else {
      text += raw[i];
      i += raw[i] == quote ? 2 : 1;
    }
  }
  return JoinSurrogates(text);
}

std::vector<DdlToken> TokenizeDdl(std::string_view ddl) {
  std::vector<DdlToken> tokens;
  std::size_t i = 0;
  while ((i = SkipSqlSpace(ddl, i)) < ddl.size()) {
    DdlToken token;
    token.offset = i;
    std::size_t length = 1;
    const char c = ddl[i];
    if (c == '\'' || c == '"' || c == '`') {
      length = QuotedLength(ddl.substr(i));
      token.kind = c == '`' ? DdlToken::Kind::kQuoted : DdlToken::Kind::kString;
    } else if (IsSqlWordByte(c)) {
      bool digits = true;
      for (length = 0; i + length < ddl.size() && IsSqlWordByte(ddl[i + length]); ++length) {
        if (WideSpaceLength(ddl.substr(i + length)) > 0) break;
        digits = digits && IsDigit(ddl[i + length]);
      }
      token.kind = digits ? DdlToken::Kind::kInteger : DdlToken::Kind::kIdentifier;
    } else {
      // An open comment ends the text as well.
      length = CommentLength(ddl.substr(i)) == std::string_view::npos ? std::string_view::npos
               : ddl.substr(i).starts_with("<>")                      ? 2
                                                                      : 1;
      token.kind = DdlToken::Kind::kSymbol;
    }
    if (length == std::string_view::npos) {
      token.kind = DdlToken::Kind::kBad;
      length = 1;
      token.raw = ddl.substr(i, 1);
      tokens.push_back(std::move(token));
      break;
    }
    token.raw = ddl.substr(i, length);
    if (token.kind == DdlToken::Kind::kString) {
      token.text = UnescapeSqlString(token.raw);
    } else if (token.kind == DdlToken::Kind::kQuoted) {
      token.text = UnquoteIdentifier(token.raw);
    } else {
      token.text = std::string(token.raw);
    }
    i += length;
    tokens.push_back(std::move(token));
  }
  DdlToken end;
  end.offset = ddl.size();
  tokens.push_back(std::move(end));
  return tokens;
}

}  // namespace millrace::data
