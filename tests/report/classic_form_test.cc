#include "netsmith/report/classic_form.h"

#include <gtest/gtest.h>

#include <string>

#include "netsmith/graph/graph.h"
#include "netsmith/space/network.h"

namespace netsmith::report {
namespace {

TEST(ClassicFormTest, NamesTheLayersOfASignalNetwork) {
  EXPECT_EQ(
      ClassicForm(space::ParseNetwork("5,32,2,0;7,64,1,3", {28, 28, 1}, 10)),
      "input 784, first convolution 5×32, first pool 2, second convolution 7×64, dropout 3 %, "
      "output 10");
}

TEST(ClassicFormTest, CountsOnBehindTheTenthLayer) {
  graph::Graph graph{.input = {1, 9, 1}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  for (int i = 0; i < 22; ++i) last = graph.Add(graph::Conv{.filters = 2}, {last});
  last = graph.Add(graph::Flatten{}, {last});
  graph.Add(graph::Dense{.units = 4}, {last});
  const std::string form = ClassicForm(graph);
  for (const char* ordinal : {"tenth", "11th", "12th", "13th", "20th", "21st", "22nd"}) {
    EXPECT_NE(form.find(std::string(", ") + ordinal + " convolution"), std::string::npos) << form;
  }
}

TEST(ClassicFormTest, NamesBothSidesOfAnImageNetwork) {
  graph::Graph graph{.input = {32, 16, 3}, .nodes = {}};
  int last = graph.Add(graph::Input{}, {});
  last = graph.Add(graph::Conv{.filters = 8, .kernel_height = 3, .kernel_width = 5}, {last});
  last = graph.Add(graph::MaxPool{.window_height = 2, .window_width = 2}, {last});
  last = graph.Add(graph::Flatten{}, {last});
  last = graph.Add(graph::Dense{.units = 20}, {last});
  graph.Add(graph::Dense{.units = 4}, {last});
  EXPECT_EQ(ClassicForm(graph),
            "input 32×16 of 3 channels, first convolution 3×5×8, first pool 2×2, dense 20, output "
            "4");
}

}  // namespace
}  // namespace netsmith::report
