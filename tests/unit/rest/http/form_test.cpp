#include "rest/http/form.hpp"

#include <gtest/gtest.h>

namespace neve::rest::http {
namespace {

TEST(Form, DecodesEscapesAndPlus) {
  const Pairs pairs = parse_form("a=1+2&b=%28cols_py+f+%27age%27%29&c=%C3%A9&a=3&flag&=x");
  const Pairs expected = {{"a", "1 2"},      {"b", "(cols_py f 'age')"},
                          {"c", "\xC3\xA9"}, {"a", "3"},
                          {"flag", ""},      {"", "x"}};
  EXPECT_EQ(pairs, expected);
}

TEST(Form, KeepsPlusInPaths) { EXPECT_EQ(decode_percent("a+b%2Fc", Plus::is_plus), "a+b/c"); }

TEST(Form, RefusesBrokenEscapes) {
  for (const char* text : {"%", "%4", "%zz", "a%4g"}) {
    EXPECT_THROW(decode_percent(text, Plus::is_plus), InputError) << text;
  }
  EXPECT_THROW(parse_form("a=%FF"), InputError);
}

TEST(Form, EmptyTextHasNoPairs) {
  EXPECT_TRUE(parse_form("").empty());
  EXPECT_TRUE(parse_form("&&").empty());
}

}  // namespace
}  // namespace neve::rest::http
