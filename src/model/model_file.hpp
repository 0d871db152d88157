#pragma once

#include <span>
#include <string>

#include <neve/base/wire.hpp>

namespace neve::model {

/// What the file of a model holds; docs/model-file.md has its layout.
struct ModelFile {
  std::string neve_version;
  std::string algorithm;
  wire::Bytes model;
  template <class Archive>
  void fields(Archive& archive) {
    archive(neve_version, algorithm, model);
  }
};

wire::Bytes write_model_file(const ModelFile& file);
/// Throws InputError naming `source` where the bytes are not those of such a file, or damaged. The
/// model in it is not looked at.
ModelFile read_model_file(std::span<const std::byte> bytes, const std::string& source);

}  // namespace neve::model
