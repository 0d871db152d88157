#include <neve/ingest/setup.hpp>

#include <gtest/gtest.h>
#include <neve/base/error.hpp>

namespace neve::ingest {
namespace {

using frame::ColumnType;
using Rows = std::vector<std::vector<std::string>>;

FileSetup guess(const std::string& text, const FileSetup& said = {}) {
  const std::vector<Sample> samples = {{.name = "text", .bytes = text, .whole = true}};
  return guess_setup(samples, said);
}

TEST(SetupGuess, HeaderAndTypes) {
  const FileSetup setup = guess(
      "id,price,when,kind,note,uid\n"
      "1,2.5,2021-02-02,a,\"n x, 1\",6ba7b810-9dad-11d1-80b4-00c04fd430c8\n"
      "2,3,2021-02-03,b,\"n x, 2\",6ba7b810-9dad-11d1-80b4-00c04fd430c9\n"
      "3,NA,2021-02-04,a,\"n x, 3\",6ba7b810-9dad-11d1-80b4-00c04fd430ca\n");
  EXPECT_EQ(setup.separator, ',');
  EXPECT_EQ(setup.check_header, 1);
  EXPECT_EQ(setup.columns, 6);
  EXPECT_EQ(setup.names, (std::vector<std::string>{"id", "price", "when", "kind", "note", "uid"}));
  EXPECT_EQ(setup.types,
            (std::vector{ColumnType::numeric, ColumnType::numeric, ColumnType::time,
                         ColumnType::categorical, ColumnType::string, ColumnType::uuid}));
  ASSERT_EQ(setup.preview.size(), 3U);
  EXPECT_EQ(setup.preview[0][4], "n x, 1");
}

TEST(SetupGuess, NoHeaderWhereTheFirstRowHasANumber) {
  const FileSetup setup = guess("5.1,3.5,setosa\n4.9,3.0,setosa\n7,3.2,versicolor\n7,3.2,setosa\n");
  EXPECT_EQ(setup.check_header, -1);
  EXPECT_TRUE(setup.names.empty());
  EXPECT_EQ(setup.types[2], ColumnType::categorical);
  EXPECT_EQ(setup.preview.size(), 4U);
}

TEST(SetupGuess, TheUserDecidesOnTheHeader) {
  EXPECT_EQ(guess("1,2\n3,4\n", {.check_header = 1}).names, (std::vector<std::string>{"1", "2"}));
  EXPECT_TRUE(guess("a,b\n3,4\n", {.check_header = -1}).names.empty());
}

TEST(SetupGuess, Separators) {
  EXPECT_EQ(guess("a\tb\n1\t2\n").separator, '\t');
  EXPECT_EQ(guess("a;b;c\n1,5;2,5;3\n").separator, ';');
  EXPECT_EQ(guess("a|b\n1|2\n").separator, '|');
  EXPECT_EQ(guess("a b c\n1 2 3\n").separator, ' ');
  EXPECT_EQ(guess("a\001b\n1\0012\n").separator, 1);
  EXPECT_EQ(guess("\"x,y\";b\n\"1,2,3\";2\n").separator, ';');
  EXPECT_EQ(guess("one\ntwo\n").columns, 1);
}

TEST(SetupGuess, ZerosAmongLevelsAreMissing) {
  const FileSetup setup = guess("k,v\na,1\na,2\n0,3\nb,4\nb,5\n");
  EXPECT_EQ(setup.types[0], ColumnType::categorical);
  EXPECT_EQ(setup.missing_texts, (Rows{{"0"}, {}}));
}

TEST(SetupGuess, TwoFilesAddUp) {
  const std::string text = "n,v\na1,1\na2,2\na3,3\n";
  const std::vector<Sample> samples = {{"one", text, true}, {"two", text, true}};
  const FileSetup setup = guess_setup(samples, {});
  EXPECT_EQ(guess(text).types[0], ColumnType::string);
  EXPECT_EQ(setup.types[0], ColumnType::categorical);
  EXPECT_EQ(setup.preview.size(), 6U);
  const std::vector<Sample> different = {{"one", text, true}, {"two", "n,w\nb,1\n", true}};
  EXPECT_THROW(guess_setup(different, {}), InputError);
}

TEST(SetupGuess, MarkCrlfAndComments) {
  const FileSetup setup = guess("\xEF\xBB\xBF# remark, with \"quote\r\na,b\r\n1,x\r\n2,x\r\n");
  EXPECT_EQ(setup.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(setup.types[1], ColumnType::categorical);
}

TEST(SetupGuess, RefusesOtherFormats) {
  EXPECT_THROW(guess("PAR1abc"), InputError);
  EXPECT_THROW(guess("\xFF\xFE"
                     "a"),
               InputError);
  EXPECT_THROW(guess("\n\n"), InputError);
}

TEST(FrameName, FollowsTheFile) {
  const auto free = [](const std::string&) { return false; };
  EXPECT_EQ(frame_name_for("nfs://data/toy.csv", free), "toy.hex");
  EXPECT_EQ(
      frame_name_for("nfs://data/toy.csv", [](const std::string& n) { return n == "toy.hex"; }),
      "toy1.hex");
  EXPECT_EQ(frame_name_for("upload_9dc3", free), "Key_Frame__upload_9dc3.hex");
  EXPECT_EQ(frame_name_for("nfs://data/20-x.csv.gz", free), "X20_x.hex");
}

TEST(TypeWords, KnowsClientsWords) {
  const std::vector<std::string> words = {"real", "Enum", "factor", "TIME"};
  EXPECT_EQ(types_of_words(words), (std::vector{ColumnType::numeric, ColumnType::categorical,
                                                ColumnType::categorical, ColumnType::time}));
  const std::vector<std::string> wrong = {"blob"};
  EXPECT_THROW(types_of_words(wrong), InputError);
}

}  // namespace
}  // namespace neve::ingest
