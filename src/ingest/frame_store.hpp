#pragma once

#include <string>

#include <neve/base/ids.hpp>
#include <neve/frame/frame.hpp>
#include <neve/job/job.hpp>
#include <neve/mr/engine.hpp>

namespace neve::ingest {

/// What saving a frame does: on the node that it was asked of, and nowhere else, as the file is on
/// its machine.
struct SaveRequest {
  static constexpr std::string_view kKind = "ingest.save_frame";
  NodeId node;
  frame::Frame frame;
  std::string path;
  template <class Archive>
  void fields(Archive& archive) {
    archive(node, frame, path);
  }
};

/// What loading one does, there too.
struct LoadRequest {
  static constexpr std::string_view kKind = "ingest.load_frame";
  NodeId node;
  std::string path;
  std::string frame;  ///< its name
  template <class Archive>
  void fields(Archive& archive) {
    archive(node, path, frame);
  }
};

/// The file of a frame in a folder: bytes of the name that are no letters, digits, '-', '_' or '.'
/// are written as '%' and two digits.
std::string frame_file_in(const std::string& folder, const std::string& frame);

/// Makes the folder of the file where it is missing. Throws InputError where the file exists and
/// is not to be overwritten, or the folder cannot be made.
void prepare_save(const std::string& path, bool overwrite);
void run_save(mr::Engine& engine, const SaveRequest& request, job::Job& job);
/// Publishes the frame when all of the file was read and found right; else nothing is left.
void run_load(mr::Engine& engine, frame::Frames& frames, const LoadRequest& request, job::Job& job);

}  // namespace neve::ingest
