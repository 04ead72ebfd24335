#include "netsmith/data/formats/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "netsmith/data/formats/csv_dataset.h"
#include "netsmith/data/load.h"
#include "netsmith/model/samples.h"
#include "tests/data/malformed.h"
#include "tests/support/environment.h"
#include "tests/support/text_files.h"

namespace netsmith::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Row = std::vector<std::string>;
using testing::ReadAll;
using testing::WriteText;

std::vector<Row> Rows(const std::string& text) {
  const testing::Bytes bytes = TextBytes(text);
  CsvReader reader(OpenBytes("FILE", bytes));
  std::vector<Row> rows;
  for (Row row; reader.Next(row);) rows.push_back(row);
  return rows;
}

TEST(CsvReaderTest, ReadsQuotedCellsAsRfc4180Says) {
  EXPECT_THAT(Rows("\xef\xbb\xbf"
                   "a,\"b,\"\"c\"\"\",\r\n\r\n\"two\nlines\",,\"\"\n1,2,3"),
              ElementsAre(Row{"a", "b,\"c\"", ""}, Row{"two\nlines", "", ""}, Row{"1", "2", "3"}));
}

TEST(CsvReaderTest, FindsTheSeparator) {
  EXPECT_THAT(Rows("a;b;c\n1,5;2;3\n"), ElementsAre(Row{"a", "b", "c"}, Row{"1,5", "2", "3"}));
  EXPECT_THAT(Rows("1\t2, 3\n"), ElementsAre(Row{"1", "2, 3"}));
}

struct Table {
  CsvColumns columns;
  CsvSamples samples;
};

Table Parse(const testing::Bytes& bytes, const FormatOptions& options = {}) {
  const OpenSource open = [&] { return OpenBytes("FILE", bytes); };
  Table table;
  table.columns = FindColumns(open, options);
  table.samples = ReadCsv(open, table.columns, options);
  return table;
}

FormatOptions Label(const std::string& label, const std::string& group = "") {
  FormatOptions options;
  options.label = label;
  options.group = group;
  return options;
}

TEST(CsvTest, FindsTheLabelByItsUsualName) {
  const Table table = Parse(TextBytes("a,Class,b\n1,7,2\n3,10,4\n5,7,6\n"));
  EXPECT_TRUE(table.columns.has_header);
  EXPECT_EQ(table.samples.samples.class_names, (Row{"7", "10"})) << "sorted as numbers";
  EXPECT_THAT(table.samples.samples.labels, ElementsAre(0, 1, 0));
  EXPECT_THAT(table.samples.samples.values, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(CsvTest, FindsTheOnlyColumnOfWords) {
  const Table table = Parse(TextBytes("1,up,2\n3,down,4\n"));
  EXPECT_FALSE(table.columns.has_header);
  EXPECT_EQ(table.columns.label, 1U);
  EXPECT_EQ(table.samples.samples.class_names, (Row{"down", "up"}));
}

TEST(CsvTest, FindsTheOneColumnOfFewWholeNumbersAtAnEnd) {
  EXPECT_EQ(Parse(TextBytes("1,0.5,2.25\n2,1.5,4\n1,2.5,1\n2,3,4\n")).columns.label, 0U);
  EXPECT_EQ(Parse(TextBytes("0.5,2.25,1\n1.5,4,2\n2.5,1,1\n3,4,2\n")).columns.label, 2U);
}

TEST(CsvTest, TakesTheLabelByNameOrNumberAndGroups) {
  const std::string text = "who,a,b,kind\nann,1,2,x\nbob,3,4,y\nann,5,6,y\n";
  const Table by_name = Parse(TextBytes(text), Label("kind", "who"));
  EXPECT_EQ(by_name.columns.label, 3U);
  EXPECT_THAT(by_name.samples.groups, ElementsAre(0, 1, 0));
  EXPECT_THAT(by_name.samples.samples.values, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_EQ(Parse(TextBytes(text), Label("4", "1")).columns.label, 3U);
}

TEST(CsvTest, SeesAHeaderOfNumbersByTheNameOfTheLabel) {
  const Table table = Parse(TextBytes("Label,400,402\nx,1,2\ny,NA,N/A\nx,5,6\n"));
  EXPECT_TRUE(table.columns.has_header);
  EXPECT_EQ(table.samples.samples.class_names, (Row{"x", "y"}));
  EXPECT_EQ(table.samples.missing_values, 2);
}

TEST(CsvTest, KeepsMissingValuesAsUnknown) {
  const Table table = Parse(TextBytes("1,,3,x\n?,2,NaN,y\n"), Label("4"));
  const auto unknown = ::testing::IsNan();
  EXPECT_THAT(table.samples.samples.values,
              ElementsAre(1.0f, unknown, 3.0f, unknown, 2.0f, unknown));
  EXPECT_EQ(table.samples.missing_values, 3);
}

class MalformedCsvTest : public ::testing::TestWithParam<MalformedFile> {};

TEST_P(MalformedCsvTest, IsOneLineThatNamesFileLineFoundAndExpected) {
  EXPECT_EQ(MessageOf([&] { Parse(GetParam().bytes); }), "FILE: " + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, MalformedCsvTest,
    ::testing::Values(
        MalformedFile{"empty", {}, "found an empty file, expected rows of values"},
        MalformedFile{"blank", TextBytes("\n \n"), "found an empty file, expected rows of values"},
        MalformedFile{"header_only", TextBytes("a,label\n"),
                      "found no row of values, expected at least 1"},
        MalformedFile{"one_column", TextBytes("1\n2\n"),
                      "line 1: found 1 column, expected a label and at least 1 value"},
        MalformedFile{"open_quote", TextBytes("a,label\n\"1,x\n2,y\n"),
                      "line 2: found a quote that does not end, expected \" before the file's end"},
        MalformedFile{"text_behind_quote", TextBytes("a,label\n\"1\"2,x\n"),
                      "line 2: cell 1: found \"2\" after a quote, expected the separator \",\""},
        MalformedFile{"ragged", TextBytes("a,b,label\n1,2,x\n1,y\n"),
                      "line 3: found 2 cells, expected 3 as in the first record"},
        MalformedFile{"word", TextBytes("a,label\n1,x\ntwo,y\n"),
                      "line 3: column 1 (\"a\"): found \"two\", expected a number"},
        MalformedFile{"decimal_comma", TextBytes("a;label\n1;x\n0,5;y\n2;x\n3;y\n"),
                      "line 3: column 1 (\"a\"): found \"0,5\", expected a number with a decimal "
                      "point"},
        MalformedFile{"infinite", TextBytes("a,label\n1,x\n-inf,y\n"),
                      "line 3: column 1 (\"a\"): found \"-inf\", expected a number"},
        MalformedFile{"no_label", TextBytes("a,label\n1,x\n2, \n"),
                      "line 3: column 2 (\"label\"): found no label, expected one"},
        MalformedFile{"label_question_mark", TextBytes("a,label\n1,x\n2, ?\n"),
                      "line 3: column 2 (\"label\"): found the missing label \"?\", expected one"},
        MalformedFile{
            "label_nan", TextBytes("a,label\n1,x\n2,NaN\n"),
            "line 3: column 2 (\"label\"): found the missing label \"NaN\", expected one"},
        MalformedFile{"label_na", TextBytes("a,label\n1,NA\n2,y\n"),
                      "line 2: column 2 (\"label\"): found the missing label \"NA\", expected one"},
        MalformedFile{
            "label_n_a", TextBytes("a,label\n1,N/A\n2,y\n"),
            "line 2: column 2 (\"label\"): found the missing label \"N/A\", expected one"},
        MalformedFile{"one_class", TextBytes("a,label\n1,x\n2,x\n"),
                      "found the class \"x\" only, expected at least 2 classes"},
        MalformedFile{"binary", TextBytes(std::string("\x00\x01,\xff\n\x02,\x03\n", 9)),
                      "line 1: column 2: found the name \"\\xff\", expected UTF-8"},
        MalformedFile{"heading_not_utf8",
                      TextBytes("gr\xf6\xdf"
                                "e,label\n1,x\n2,y\n"),
                      "line 1: column 1: found the name \"gr\\xf6\\xdfe\", expected UTF-8"},
        MalformedFile{"class_not_utf8", TextBytes("a,label\n1,x\n2,caf\xe9\n"),
                      "line 3: found the name \"caf\\xe9\", expected UTF-8"},
        MalformedFile{"heading_twice", TextBytes("\na,label, a\n1,x,2\n2,y,3\n"),
                      "line 2: columns 1 and 3: found the name \"a\" twice, expected different "
                      "names"},
        MalformedFile{"two_columns_of_words", TextBytes("1,x,u\n2,y,v\n"),
                      "found 2 columns that may be the label, expected it named: --label COLUMN"},
        MalformedFile{"label_cannot_be_told", TextBytes("0.5,1.5\n2.5,3.5\n"),
                      "found 0 columns that may be the label, expected it named: --label COLUMN"}),
    [](const auto& made) { return made.param.name; });

TEST(CsvTest, TakesNamesOfUtf8) {
  const Table table =
      Parse(TextBytes("gr\xc3\xb6\xc3\x9f"
                      "e,label\n1,x\n2,caf\xc3\xa9\n"));
  EXPECT_EQ(table.columns.names[0],
            "gr\xc3\xb6\xc3\x9f"
            "e");
  EXPECT_EQ(table.samples.samples.class_names, (Row{"caf\xc3\xa9", "x"}));
}

TEST(CsvTest, AcceptsEqualCellsInAFirstRowThatIsNoHeaderAndEmptyNames) {
  EXPECT_FALSE(Parse(TextBytes("1,1,x\n2,2,y\n")).columns.has_header);
  EXPECT_EQ(Parse(TextBytes("label,,\nx,1,2\ny,3,4\n")).columns.names, (Row{"label", "", ""}));
}

TEST(CsvTest, RefusesANameThatIsTwiceInATableThatAModelReads) {
  testing::TemporaryFolder folder;
  const auto path = folder.path() / "new.csv";
  WriteText(path, "a,b,a,b\n1,2,3,4\n");
  const auto read = [&](const Row& values) {
    model::ForEachSample(path, {.sample = {.width = 1}, .mean = {0}, .deviation = {1}},
                         {.values = values}, [](const std::string&, std::span<const float>) {});
  };
  EXPECT_EQ(MessageOf([&] { read({"b"}); }),
            path.string() +
                ": line 1: columns 2 and 4: found the name \"b\" twice, expected different names");
}

TEST(CsvTest, NamesAColumnThatIsNotThere) {
  EXPECT_EQ(MessageOf([] { Parse(TextBytes("a,b\n1,2\n"), Label("c")); }),
            "FILE: --label: found no column \"c\", expected a name of the header or a number from "
            "1 to 2");
}

class CsvFolderTest : public ::testing::Test {
 protected:
  testing::TemporaryFolder folder_;
};

TEST_F(CsvFolderTest, TakesTrainingAndTestFilesAndTheTrainingFilesClasses) {
  WriteText(folder_.path() / "train.csv", "label,a,b\nx,1,2\ny,3,4\nx,5,6\ny,7,8\n");
  WriteText(folder_.path() / "test.csv", "label,a,b\ny,1,2\n");
  const Problem problem = LoadProblem(folder_.path().string(), {});
  EXPECT_EQ(problem.OpenTestSet("test").Label(0), 1);
  EXPECT_EQ(problem.development().size(), 4);
  WriteText(folder_.path() / "test.csv", "label,a,b\nx,1,2\nz,1,2\n");
  EXPECT_THAT(MessageOf([&] { LoadProblem(folder_.path().string(), {}); }),
              HasSubstr("test.csv: line 3: found class \"z\", expected one of x, y"));
  WriteText(folder_.path() / "test.csv", "label,b,a\nx,1,2\n");
  EXPECT_THAT(MessageOf([&] { LoadProblem(folder_.path().string(), {}); }),
              HasSubstr("test.csv: line 1: column 2: found \"b\", expected \"a\""));
}

TEST_F(CsvFolderTest, ReadsTheArchivesTabSeparatedFiles) {
  WriteText(folder_.path() / "Made_TRAIN.tsv", "1\t0.5\t1.5\n2\t2.5\t3.5\n1\t0\t1\n2\t1.5\t2\n");
  WriteText(folder_.path() / "Made_TEST.tsv", "2\t0.5\t1.5\n");
  WriteText(folder_.path() / "README.md", "words");
  const Problem problem = LoadProblem(folder_.path().string(), {});
  EXPECT_EQ(problem.development().ClassNames(), (Row{"1", "2"}));
  EXPECT_EQ(problem.development().shape(), (tensor::SampleShape{.width = 2}));
}

TEST_F(CsvFolderTest, NeverDividesAGroup) {
  std::string text = "who,a,label\n";
  for (int i = 0; i < 60; ++i) {
    text += std::to_string(i / 5) + "," + std::to_string(i) + (i % 2 == 0 ? ",x\n" : ",y\n");
  }
  WriteText(folder_.path() / "all.csv", text);
  LoadOptions options;
  options.format.group = "who";
  const Problem problem = LoadProblem(folder_.path().string(), options);
  EXPECT_EQ(std::ssize(problem.groups()), problem.development().size());
  EXPECT_EQ(problem.OpenTestSet("test").size() % 5, 0);
  for (const std::int64_t a : problem.train()) {
    for (const std::int64_t b : problem.validation()) {
      EXPECT_NE(problem.groups()[static_cast<std::size_t>(a)],
                problem.groups()[static_cast<std::size_t>(b)]);
    }
  }
}

TEST_F(CsvFolderTest, TakesRowsAsImagesOfTheShapeGiven) {
  WriteText(folder_.path() / "all.csv", "1,2,3,4,x\n5,6,7,8,y\n1,1,1,1,x\n2,2,2,2,y\n3,3,3,3,x\n");
  LoadOptions options;
  options.format.shape = {.height = 2, .width = 2, .channels = 1};
  EXPECT_EQ(LoadProblem(folder_.path().string(), options).development().shape(),
            *options.format.shape);
  options.format.shape = {.height = 3, .width = 2, .channels = 1};
  EXPECT_THAT(MessageOf([&] { LoadProblem(folder_.path().string(), options); }),
              HasSubstr("--shape 3x2x1: found 4 values a row, expected 6"));
}

}  // namespace
}  // namespace netsmith::data
