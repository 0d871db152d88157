#pragma once

#include <span>
#include <string>
#include <vector>

#include <neve/base/wire.hpp>

namespace neve::model {

/// A model as its file holds it.
struct FiledModel {
  std::string algorithm;
  wire::Bytes bytes;
  template <class Archive>
  void fields(Archive& archive) {
    archive(algorithm, bytes);
  }
};

/// What the file of a model holds; docs/model-file.md has its layout.
struct ModelFile {
  std::string neve_version;
  FiledModel model;
  std::vector<FiledModel> made_of;  ///< and what these are made of
  template <class Archive>
  void fields(Archive& archive) {
    archive(neve_version, model, made_of);
  }
};

wire::Bytes write_model_file(const ModelFile& file);
/// Throws InputError naming `source` where the bytes are not those of such a file, or damaged. The
/// models in it are not looked at.
ModelFile read_model_file(std::span<const std::byte> bytes, const std::string& source);

}  // namespace neve::model
