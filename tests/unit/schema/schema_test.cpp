#include <gtest/gtest.h>

#include <limits>

#include <neve/base/error.hpp>
#include <neve/base/wire.hpp>
#include <neve/schema/schema_of.hpp>

namespace {

enum class Colour { red, dark_blue };

struct Inner {
  std::int32_t depth = 2;
  static const neve::schema::Schema& schema();
};

struct Sample {
  bool flag = false;
  std::int32_t trees = 50;
  std::int64_t seed = -1;
  double rate = 0.1;
  float ratio = 0.3F;
  std::string text;
  std::optional<std::string> note;
  Colour colour = Colour::red;
  std::vector<std::string> names;
  std::optional<std::vector<std::vector<std::string>>> nested;
  neve::schema::FrameRef frame;
  neve::schema::ColumnName column;
  Inner inner;
  std::vector<double> lambda_;
  static const neve::schema::Schema& schema();
};

}  // namespace

template <>
struct neve::schema::EnumText<Colour> {
  static constexpr std::string_view name = "Colour";
  static constexpr std::array<std::string_view, 2> values = {"Red", "DARK_BLUE"};
};

namespace {

using neve::schema::Form;
using neve::schema::Schema;
using neve::schema::SchemaOf;

const Schema& Inner::schema() {
  static const Schema kSchema = SchemaOf<Inner>("InnerV3").field<&Inner::depth>("Depth.").inout();
  return kSchema;
}

const Schema& Sample::schema() {
  static const Schema kSchema = SchemaOf<Sample>("SampleV3", "Sample")
                                    .field<&Sample::flag>("A flag.")
                                    .inout()
                                    .field<&Sample::trees>("Trees.")
                                    .inout()
                                    .at_least(1)
                                    .at_most(100)
                                    .field<&Sample::seed>("Seed.")
                                    .inout()
                                    .field<&Sample::rate>("Rate.")
                                    .inout()
                                    .above(0)
                                    .field<&Sample::ratio>("Ratio.")
                                    .inout()
                                    .field<&Sample::text>("Text.")
                                    .inout()
                                    .field<&Sample::note>("Note.")
                                    .inout()
                                    .field<&Sample::colour>("Colour.")
                                    .inout()
                                    .field<&Sample::names>("Names.")
                                    .inout()
                                    .field<&Sample::nested>("Nested.")
                                    .inout()
                                    .field<&Sample::frame>("Frame.")
                                    .inout()
                                    .field<&Sample::column>("Column.")
                                    .inout()
                                    .field<&Sample::inner>("Inner.")
                                    .inout()
                                    .field<&Sample::lambda_>("Lambda.")
                                    .inout();
  return kSchema;
}

TEST(Schema, WritesDefaultsInH2oForm) {
  EXPECT_EQ(
      neve::schema::to_json(Sample{}),
      R"({"__meta":{"schema_version":3,"schema_name":"SampleV3","schema_type":"Sample"},)"
      R"("flag":false,"trees":50,"seed":-1,"rate":0.1,"ratio":0.3,"text":"","note":null,)"
      R"("colour":"Red","names":[],"nested":null,"frame":null,"column":null,)"
      R"("inner":{"__meta":{"schema_version":3,"schema_name":"InnerV3","schema_type":"Iced"},)"
      R"("depth":2},"lambda":[]})");
}

TEST(Schema, WritesColumnsAsObjects) {
  Sample sample;
  sample.column = std::string("psa");
  const std::string json = neve::schema::to_json(sample);
  EXPECT_NE(json.find(R"("column":{"__meta":{"schema_version":3,"schema_name":"ColSpecifierV3",)"
                      R"("schema_type":"VecSpecifier"},)"
                      R"("column_name":"psa","is_member_of_frames":null},)"),
            std::string::npos)
      << json;
}

TEST(Schema, ReadsWhatClientsSend) {
  Sample sample;
  const Form form = {{"flag", "True"},
                     {"trees", "7.0"},
                     {"seed", "1234567890123"},
                     {"rate", "1e-10"},
                     {"colour", "darkBlue"},
                     {"names", R"(["a,b", c ,"d\"e"])"},
                     {"nested", R"([["NA",""],[x]])"},
                     {"frame", "py_1"},
                     {"column", "psa"},
                     {"lambda", "0.5"},
                     {"note", "hello"}};
  const auto problems = neve::schema::read_form(Sample::schema(), &sample, form);
  EXPECT_TRUE(problems.empty()) << problems[0].message;
  EXPECT_TRUE(sample.flag);
  EXPECT_EQ(sample.trees, 7);
  EXPECT_EQ(sample.seed, 1234567890123);
  EXPECT_EQ(sample.rate, 1e-10);
  EXPECT_EQ(sample.colour, Colour::dark_blue);
  EXPECT_EQ(sample.names, (std::vector<std::string>{"a,b", "c", "d\"e"}));
  ASSERT_TRUE(sample.nested.has_value());
  EXPECT_EQ((*sample.nested)[0], (std::vector<std::string>{"NA", ""}));
  EXPECT_EQ((*sample.nested)[1], (std::vector<std::string>{"x"}));
  EXPECT_EQ(sample.frame.name, "py_1");
  EXPECT_EQ(sample.column.name, "psa");
  EXPECT_EQ(sample.lambda_, std::vector<double>{0.5});
}

TEST(Schema, NamesMayBeWordsForNothing) {
  Sample sample;
  sample.flag = true;
  EXPECT_TRUE(neve::schema::read_form(
                  Sample::schema(), &sample,
                  {{"frame", "none"}, {"column", "None"}, {"note", "None"}, {"flag", "None"}})
                  .empty());
  EXPECT_TRUE(sample.flag) << "it was left as it is";
  EXPECT_EQ(sample.frame.name, "none");
  EXPECT_EQ(sample.column.name, "None");
  EXPECT_EQ(sample.note, std::nullopt);
  (void)neve::schema::read_form(Sample::schema(), &sample, {{"frame", "NULL"}, {"column", "null"}});
  EXPECT_EQ(sample.frame.name, "NULL");
  EXPECT_TRUE(sample.column.empty());
}

TEST(Schema, ConstantsAreInheritedButForFields) {
  const Schema base = SchemaOf<Inner>("BaseV3")
                          .constant("depth", "1")
                          .constant("width", "2")
                          .internal_constant("_depth", "3")
                          .internal_constant("_cost", "4");
  const Schema made =
      SchemaOf<Inner>("InnerV3").field<&Inner::depth>("Depth.").inherit_constants(base);
  ASSERT_EQ(made.constants.size(), 2U);
  EXPECT_EQ(made.constants[0].name, "width");
  EXPECT_EQ(made.constants[1].name, "_cost");
  EXPECT_EQ(made.find("depth")->implemented_as, "_depth");
}

TEST(Schema, RefusesUnreadableValuesByName) {
  for (const auto& [name, value] : Form{{"flag", "maybe"},
                                        {"trees", "2.5"},
                                        {"trees", "99999999999"},
                                        {"rate", "x"},
                                        {"colour", "green"},
                                        {"names", "[a"},
                                        {"names", "[\"a]"},
                                        {"nowhere", "1"}}) {
    Sample sample;
    const auto problems = neve::schema::read_form(Sample::schema(), &sample, {{name, value}});
    ASSERT_EQ(problems.size(), 1U) << name << "=" << value;
    EXPECT_EQ(problems[0].field, name);
  }
}

TEST(Schema, ChecksBounds) {
  Sample sample;
  sample.trees = 0;
  sample.rate = 0;
  const auto problems = neve::schema::check_bounds(Sample::schema(), &sample);
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_EQ(problems[0].field, "trees");
  EXPECT_EQ(problems[1].field, "rate");
  sample = {};
  sample.ratio = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(neve::schema::check_bounds(Sample::schema(), &sample).at(0).field, "ratio");
  EXPECT_THROW(neve::schema::throw_problems("", problems), neve::InputError);
}

TEST(Schema, ReadsJsonBodies) {
  const Form form = neve::schema::form_of_json(R"({"a":"x","b":[1,2],"c":null,"d":{"e":1}})");
  EXPECT_EQ(form, (Form{{"a", "x"}, {"b", "[1,2]"}, {"d", "{\"e\":1}"}}));
  EXPECT_THROW(neve::schema::form_of_json("[1]"), neve::InputError);
  EXPECT_THROW(neve::schema::form_of_json("{"), neve::InputError);
}

TEST(Schema, ReadsObjectsAsClientsWriteThem) {
  for (const char* text :
       {R"({"depth": 3})", "{'depth': 3}", "{depth: 3}", "{'depth': '3'}", R"({"d\u0065pth":3})"}) {
    Sample sample;
    const auto problems = neve::schema::read_form(Sample::schema(), &sample, {{"inner", text}});
    ASSERT_TRUE(problems.empty()) << text << ": " << problems[0].message;
    EXPECT_EQ(sample.inner.depth, 3) << text;
  }
  for (const char* text :
       {"{'depth: 3}", "{depth 3}", "[depth]", "{'depth\": 3}", "{\"de", "{'\\"}) {
    Sample sample;
    const auto problems = neve::schema::read_form(Sample::schema(), &sample, {{"inner", text}});
    EXPECT_EQ(problems.size(), 1U) << text;
  }
}

TEST(Schema, LeavesExcludedPathsOut) {
  const std::string json = neve::schema::to_json(Sample{}, "inner/depth,frame,__meta");
  EXPECT_EQ(json.find("depth"), std::string::npos);
  EXPECT_EQ(json.find("\"frame\""), std::string::npos);
  EXPECT_NE(json.find("\"inner\""), std::string::npos);
}

TEST(Schema, TableKeepsItsCellsOverTheWire) {
  neve::schema::Table table{
      .name = "T", .columns = {{.name = ""}, {.name = "x", .type = "double", .format = "%.5f"}}};
  table.add_row({std::string("row"), std::numeric_limits<double>::quiet_NaN()});
  table.add_row({std::monostate(), 2.0F});
  const auto back = neve::wire::decode<neve::schema::Table>(neve::wire::encode(table));
  neve::schema::JsonWriter one;
  neve::schema::JsonWriter two;
  write_table(table, one);
  write_table(back, two);
  EXPECT_EQ(one.text(), two.text());
  EXPECT_NE(one.text().find(R"("rowcount":2,"data":[["row",null],["NaN",2.0]])"),
            std::string::npos);
}

}  // namespace
